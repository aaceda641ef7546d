"""`python -m ops`: the list of its commands. Each has a file in `ops/commands` that is named like it."""

from ops.cli import app
from ops.commands.deploy import deploy, rollback
from ops.commands.doctor import doctor
from ops.commands.erase import erase
from ops.commands.migrate import migrate
from ops.commands.outbox import outbox
from ops.commands.report import report
from ops.commands.templates import templates
from ops.commands.tickets import tickets
from ops.commands.webhook import webhook

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
