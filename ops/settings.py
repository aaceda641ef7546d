"""The settings as an operator has them: from a file and the shell, and never all of them required."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import typer
from dotenv import dotenv_values

from ops.errors import OpsError

# What must never be read off a screen. The database's address holds its password.
SECRETS: Final = (
    "WHATSAPP_ACCESS_TOKEN",
    "WHATSAPP_APP_SECRET",
    "WHATSAPP_VERIFY_TOKEN",
    "SUPABASE_SECRET_KEY",
    "SUPABASE_DB_URL",
    "RESEND_API_KEY",
    "LINK_SIGNING_KEY",
)
_DEFAULTS: Final = {
    "GRAPH_API_URL": "https://graph.facebook.com",
    "GRAPH_API_VERSION": "v25.0",
    "RESEND_API_URL": "https://api.resend.com",
    "STATUS_TEMPLATE": "ticket_update",
}
_ADDRESSES: Final = ("GRAPH_API_URL", "RESEND_API_URL", "SUPABASE_URL", "PUBLIC_URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is set, by name. `source` says in words where it was read."""

    values: Mapping[str, str] = field(repr=False)
    source: str

    def get(self, name: str) -> str:
        """Its value without spaces around it, its default, or ""; an address without the slash at its end."""
        value = self.values.get(name, "").strip() or _DEFAULTS.get(name, "")
        return value.rstrip("/") if name in _ADDRESSES else value

    def all(self, name: str) -> tuple[str, ...]:
        """The parts of a comma-separated setting."""
        return tuple(part.strip() for part in self.get(name).split(",") if part.strip())

    def missing(self, *names: str) -> list[str]:
        return [name for name in names if not self.get(name)]

    def need(self, *names: str) -> None:
        """Raises OpsError that names all that are missing together."""
        if missing := self.missing(*names):
            verb = "are" if len(missing) > 1 else "is"
            raise OpsError(
                f"{', '.join(missing)} {verb} missing (read: {self.source}). .env.example explains each setting"
            )

    def conceal(self, text: str) -> str:
        """`text`, which somebody else wrote, without any of our secrets: Meta quotes a token that it cannot read."""
        for secret in (part for name in SECRETS for part in (self.get(name), *self.all(name))):
            text = text.replace(secret, "***") if len(secret) > 3 else text
        return text


def read_settings(file: Path | None, stage: str | None, shell: Mapping[str, str] = os.environ) -> Settings:
    """From `file`, which wins over the shell; else from .env or .env.STAGE, over which the shell wins, as in a deploy.

    Raises OpsError when `file` is not there. A missing .env is no error: everything may be in the shell.
    """
    if file is not None:
        if not file.is_file():
            raise OpsError(f"{file} is not there" + _hint(file))
        return Settings(values={**shell, **_read(file)}, source=f"{file}, then the shell")
    usual = Path(f".env.{stage}" if stage else ".env")
    if not usual.is_file():
        return Settings(values=shell, source=f"the shell; {usual} is not there")
    return Settings(values={**_read(usual), **shell}, source=f"the shell, then {usual}")


def settings_of(context: typer.Context) -> Settings:
    """What the command that is running was given."""
    found: Settings = context.find_root().obj.settings
    return found


def _read(file: Path) -> dict[str, str]:
    return {
        name: value for name, value in dotenv_values(file, interpolate=False).items() if value is not None
    }


def _hint(file: Path) -> str:
    return ". `make run` writes it while it runs" if file.parent.name == ".emulator" else ""
