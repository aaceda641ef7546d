"""The texts in each language, and what is rendered from them: WhatsApp messages, e-mails, pages."""
