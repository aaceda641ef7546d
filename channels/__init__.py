"""Outgoing channels: WhatsApp through Meta's Graph API, e-mail through Resend."""
