"""The e-mails to the technicians; the templates have the names of their modules."""
