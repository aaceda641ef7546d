"""`python -m ops sweep`: sweeps once, for any cron; or lets the database ring for it each minute."""

from typing import Annotated, Any, Final

import httpx
import psycopg
import typer
from psycopg import sql

from ops.cli import settings_of
from ops.errors import OpsError
from ops.http_client import call, json_object
from ops.operator_settings import OperatorSettings
from ops.output import show, wants_json
from ops.postgres import connect, place

sweep = typer.Typer(no_args_is_help=True, help="What sends, each minute, what no thread has sent.")

JOB: Final = "mostrador-sweep"
SECRET: Final = "mostrador_sweep_token"  # noqa: S105 - its name in Supabase's Vault
_CRON: Final = "* * * * *"
_PATIENCE: Final = httpx.Timeout(100, connect=5)  # seconds; a sweep that finds much takes a minute
_MILLISECONDS: Final = 60_000  # pg_net keeps a call open for so long
# What each is needed for: it is there if that can be called.
_EXTENSIONS: Final = {
    "pg_cron": ("cron", "schedule"),
    "pg_net": ("net", "http_post"),
    "supabase_vault": ("vault", "create_secret"),
}
_ENABLE: Final = "Supabase, Integrations: enable Cron, and Database, Extensions: enable pg_net"
_RINGS: Final = """
select net.http_post(
  url := {url}, body := '{{}}'::jsonb, timeout_milliseconds := {milliseconds},
  headers := jsonb_build_object('Content-Type', 'application/json', 'Authorization',
    'Bearer ' || (select decrypted_secret from vault.decrypted_secrets where name = {secret})))
"""


@sweep.callback()
def group() -> None:
    """Call the sweep, or have it called each minute."""


@sweep.command()
def run(context: typer.Context) -> None:
    """Sweep once: POST to PUBLIC_URL/sweep with SWEEP_TOKEN. Exit code 1 if it could not."""
    settings = settings_of(context)
    settings.need("PUBLIC_URL", "SWEEP_TOKEN")
    url = f"{settings.get('PUBLIC_URL')}/sweep"
    response = call("POST", url, settings.get("SWEEP_TOKEN"), timeout=_PATIENCE)
    if not response.is_success:
        raise OpsError(f"{url} answers {response.status_code}: {_why(response.status_code)}")
    done = json_object(response)
    outcomes = done.get("outcomes")
    if not isinstance(outcomes, dict):
        raise OpsError(f"{url} answers, but not as our sweep does: is that our function?")
    said = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    under_way = "✓ one is under way there already"
    show(
        context,
        done,
        [under_way if done.get("under_way") else f"✓ swept: {said or 'nothing was waiting'}"],
    )


@sweep.command()
def schedule(
    context: typer.Context,
    remove: Annotated[bool, typer.Option("--remove", help="The database rings no more.")] = False,
) -> None:
    """Let the database ring each minute: pg_cron and pg_net, which Supabase has, call PUBLIC_URL/sweep. Can be run again.

    The token is kept in the database's Vault. A host that puts the desk to sleep is woken by it.
    """
    settings = settings_of(context)
    settings.need("SUPABASE_DB_URL", *(() if remove else ("PUBLIC_URL", "SWEEP_TOKEN")))
    where = place(settings.get("SUPABASE_DB_URL"))
    with connect(settings.get("SUPABASE_DB_URL")) as connection:
        try:
            if remove:
                done = _unschedule(connection)
            else:
                _refuse_missing(connection, where)
                _schedule(connection, settings)
                done = True
        except psycopg.Error as error:
            raise OpsError(f"{where}: {_database_error(error)}") from None
    if wants_json(context):
        show(context, {"job": JOB, "scheduled": not remove, "changed": done}, ())
    elif remove:
        print(f"✓ {where}: {'rings no more' if done else 'did not ring'}")
    else:
        print(f"✓ {where}: calls {settings.get('PUBLIC_URL')}/sweep each minute (job {JOB})")


def _why(status: int) -> str:
    match status:
        case 401:
            return "the desk there has another SWEEP_TOKEN"
        case 404 | 405:
            return "the desk there has no SWEEP_TOKEN, or PUBLIC_URL is not its address"
        case 503:
            return "the desk there cannot reach its database"
        case _:
            return "is PUBLIC_URL right?"


def _refuse_missing(connection: psycopg.Connection, where: str) -> None:
    """Make the extensions that this database can have. Raises OpsError if it cannot have one."""
    lacking = [name for name, function in _EXTENSIONS.items() if not _is_there(connection, *function)]
    rows = connection.execute("select name from pg_available_extensions where name = any (%s)", [lacking])
    available = {str(name) for (name,) in rows}
    if missing := [name for name in lacking if name not in available]:
        verb = "is" if len(missing) == 1 else "are"
        raise OpsError(
            f"{where}: {', '.join(missing)} {verb} not available, so this database cannot ring. Let the process sweep by "
            "itself (SWEEP_EVERY_SECONDS=60), or call `python -m ops sweep run` each minute"
        )
    for name in lacking:
        connection.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(name)))


def _is_there(connection: psycopg.Connection, schema: str, name: str) -> bool:
    """Return True if there is a function of this name."""
    found = connection.execute(
        "select exists (select from pg_proc join pg_namespace n on n.oid = pronamespace where nspname = %s and proname = %s)",
        [schema, name],
    ).fetchone()
    return found == (True,)


def _schedule(connection: psycopg.Connection, settings: OperatorSettings) -> None:
    """In one transaction, so that the job never finds another token than its own."""
    command = sql.SQL(_RINGS).format(
        url=sql.Literal(f"{settings.get('PUBLIC_URL')}/sweep"),
        milliseconds=sql.Literal(_MILLISECONDS),
        secret=sql.Literal(SECRET),
    )
    token = settings.get("SWEEP_TOKEN")
    with connection.transaction():
        kept = connection.execute("select id from vault.secrets where name = %s", [SECRET]).fetchone()
        if kept:
            connection.execute("select vault.update_secret(%s, %s)", [kept[0], token])
        else:
            connection.execute("select vault.create_secret(%s, %s)", [token, SECRET])
        # The same name again replaces the job.
        text = " ".join(command.as_string(connection).split())
        connection.execute("select cron.schedule(%s, %s, %s)", [JOB, _CRON, text])


def _unschedule(connection: psycopg.Connection) -> bool:
    """Returns False if there was no job."""
    if connection.execute("select to_regclass('cron.job')").fetchone() == (None,):
        return False
    with connection.transaction():
        jobs: list[Any] = connection.execute(
            "select cron.unschedule(jobid) from cron.job where jobname = %s", [JOB]
        ).fetchall()
        if connection.execute("select to_regclass('vault.secrets')").fetchone() != (None,):
            connection.execute("delete from vault.secrets where name = %s", [SECRET])
    return bool(jobs)


def _database_error(error: psycopg.Error) -> str:
    """Never its text: a statement of ours has the token in it."""
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return f"this user may not do that. {_ENABLE}, then run it again"
    return f"refused ({type(error).__name__}). {_ENABLE}, then run it again"
