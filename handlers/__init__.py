"""What is done with each kind of call: Meta's webhook, the sweep, the technician's page."""
