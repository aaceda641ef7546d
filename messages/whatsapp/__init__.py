"""The WhatsApp messages to the customer: replies, notifications, the status template."""
