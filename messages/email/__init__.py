"""The e-mails to the technicians."""
