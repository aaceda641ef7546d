"""What is said: the texts in Spanish, English and Portuguese, and the e-mail templates."""
