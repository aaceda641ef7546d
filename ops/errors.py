"""What ends a command: one sentence for the operator, and exit code 1."""


class OpsError(Exception):
    """The command could not do its work; the message says why and what to do, and never holds a secret."""
