"""`python -m ops rollback`: the revision before serves again."""

import typer

from ops.cli import settings_of
from ops.commands.deploy import stage_of
from ops.errors import OpsError
from ops.google_cloud import project_of
from ops.programs import install_osls, run_osls


def rollback(context: typer.Context) -> None:
    """Serve the revision that served before the current one. The database stays as it is: both work with it."""
    stage, settings = stage_of(context), settings_of(context)
    install_osls()
    if run_osls("rollback", stage, project_of(settings), settings):
        raise OpsError(f"the rollback failed; to see what serves now: npx osls info --stage {stage}")
