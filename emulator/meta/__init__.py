"""Stands in for Meta's Graph API and webhooks."""
