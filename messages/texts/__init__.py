"""The texts in Spanish, English and Portuguese."""
