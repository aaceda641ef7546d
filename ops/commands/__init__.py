"""One file for each command of `python -m ops`: `tickets export` is tickets_export.py."""
