"""The operator's command line: `python -m ops`. It may import the product; the product never imports it."""
