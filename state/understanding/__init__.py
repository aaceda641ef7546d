"""What a text asks for. Pure."""
