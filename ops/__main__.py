"""`python -m ops`: the list of its commands. Each has a file in `ops/commands` that is named like it."""

import signal

import ops.interpreter  # noqa: F401 - first: it ends the program if the rest cannot be imported
from ops.cli import app
from ops.commands.answers import answers
from ops.commands.deploy import deploy, rollback
from ops.commands.desk import desk
from ops.commands.doctor import doctor
from ops.commands.erase import erase
from ops.commands.export_person import export_person
from ops.commands.files import files
from ops.commands.keys import keys
from ops.commands.migrate import migrate
from ops.commands.number import number
from ops.commands.outbox import outbox
from ops.commands.report import report
from ops.commands.restored import restored
from ops.commands.retention import retention
from ops.commands.sweep import sweep
from ops.commands.technicians import technicians
from ops.commands.templates import templates
from ops.commands.tickets import tickets
from ops.commands.webhook import webhook

__all__ = ["app"]

for command in (deploy, rollback, doctor, keys, migrate, restored, report, erase, export_person, retention):
    app.command()(command)
_GROUPS = {
    "tickets": tickets,
    "technicians": technicians,
    "answers": answers,
    "desk": desk,
    "files": files,
    "outbox": outbox,
    "sweep": sweep,
    "templates": templates,
    "webhook": webhook,
    "number": number,
}
for name, group in _GROUPS.items():
    app.add_typer(group, name=name)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    app(prog_name="python -m ops")
