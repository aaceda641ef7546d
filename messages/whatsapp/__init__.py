"""What is said in WhatsApp."""
