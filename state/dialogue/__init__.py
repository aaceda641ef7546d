"""The dialogue: a table of triggers, actions and next states. Pure."""
