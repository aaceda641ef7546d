"""The parts of `python -m ops deploy`: what has to be there, what is set up once, and the Serverless command line."""
