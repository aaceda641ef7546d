"""The technicians' pages; the templates have the names of their modules."""
