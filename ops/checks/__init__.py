"""What the doctor checks: one file for each service, each a function from the settings to findings."""
