"""Who an e-mail is from, and whether that is proved."""
