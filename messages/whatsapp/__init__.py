"""What the customer reads in WhatsApp: replies, notifications, the status template."""
