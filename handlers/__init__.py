"""Handlers for each kind of request: Meta's webhook, the sweep, the technician's page."""
