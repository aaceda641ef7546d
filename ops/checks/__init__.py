"""What the doctor looks at: one file for each service, each a function from the settings to findings."""
