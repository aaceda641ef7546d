"""The commands of `python -m ops`: a file for each, or for a group."""
