"""`python -m ops keys >> .env`: makes the keys that nobody gives out. `make deploy SETUP=1` makes those of Cloud Run by itself."""

import secrets
import sys
from typing import Annotated, Final

import jwt
import typer

from ops.cli import settings_of
from ops.errors import OpsError
from ops.operator_settings import GENERATED, OperatorSettings

_OWN_DATABASE: Final = (
    "POSTGRES_PASSWORD",
    "AUTHENTICATOR_PASSWORD",
    "STORAGE_PASSWORD",
    "SUPABASE_JWT_SECRET",
)
# PostgREST and Storage read the role in a key, and whether SUPABASE_JWT_SECRET signed it.
_ROLES: Final = {"SUPABASE_SECRET_KEY": "service_role", "SUPABASE_PUBLISHABLE_KEY": "anon"}


def keys(
    context: typer.Context,
    own_database: Annotated[
        bool,
        typer.Option(
            "--own-database", help="Those of a Postgres of your own, too, as compose.yaml wants them."
        ),
    ] = False,
) -> None:
    """Make the keys that are missing, as lines for the settings: python -m ops keys >> .env

    One that is there stays as it is.
    """
    if sys.stdout.isatty():
        raise OpsError("these are secrets, so they are not shown: python -m ops keys >> .env")
    made = _missing(settings_of(context), own_database=own_database)
    if made:
        print()  # the last line of the settings may not have an end
    for name, value in made.items():
        print(f"{name}={value}")
    print(f"made: {', '.join(made)}" if made else "nothing is missing", file=sys.stderr)


def _missing(settings: OperatorSettings, *, own_database: bool) -> dict[str, str]:
    """Raises OpsError."""
    random = {
        name: secrets.token_urlsafe(32)
        for name in settings.missing(*GENERATED, *(_OWN_DATABASE if own_database else ()))
    }
    if own_database:
        given = [name for name in _ROLES if settings.get(name)]
        if "SUPABASE_JWT_SECRET" in random and given:
            raise OpsError(
                f"{' and '.join(given)} cannot be checked without the SUPABASE_JWT_SECRET that signed them, which is missing. "
                "Put it back, or empty them: then all are made"
            )
        secret = random.get("SUPABASE_JWT_SECRET") or settings.get("SUPABASE_JWT_SECRET")
        signed = {
            name: jwt.encode({"role": _ROLES[name]}, secret, "HS256") for name in settings.missing(*_ROLES)
        }
        return random | signed
    return random
