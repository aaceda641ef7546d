"""Stands in for Resend."""
