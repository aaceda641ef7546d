"""The doctor's checks: one file for each service, with functions from the settings to findings."""
