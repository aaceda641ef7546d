"""What happens next: triggers, actions and the table. Pure."""
