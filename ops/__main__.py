"""`python -m ops`: one line for each command; a file of its own says what it does."""

from __future__ import annotations

from ops.app import app
from ops.migrate import migrate

__all__ = ["app"]

app.command()(migrate)

if __name__ == "__main__":
    app(prog_name="python -m ops")
