"""The technicians' pages."""
