"""How it leaves: WhatsApp through Meta's Graph API, e-mail through Resend."""
