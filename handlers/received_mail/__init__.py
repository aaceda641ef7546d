"""What is done with an e-mail that a technician sent to one of our addresses."""
