"""What is said: the texts in each language, and by medium what is made of them: WhatsApp messages, e-mails, pages."""
