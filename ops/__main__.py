"""`python -m ops`: one line for each command; a file of its own says what it does."""

from __future__ import annotations

from ops.app import app
from ops.deploy import deploy, rollback
from ops.doctor import doctor
from ops.erase import erase
from ops.migrate import migrate
from ops.outbox import outbox
from ops.report import report
from ops.templates import templates
from ops.tickets import tickets
from ops.webhook import webhook

__all__ = ["app"]

app.command()(deploy)
app.command()(rollback)
app.command()(doctor)
app.command()(migrate)
app.add_typer(tickets, name="tickets")
app.add_typer(outbox, name="outbox")
app.command()(report)
app.command()(erase)
app.add_typer(templates, name="templates")
app.add_typer(webhook, name="webhook")

if __name__ == "__main__":
    app(prog_name="python -m ops")
