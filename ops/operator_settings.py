"""The settings as an operator has them: read from a file and the environment, and none of them required."""

import os
import re
import secrets
import shlex
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

from handlers.mail_addresses import read_mailboxes
from handlers.people import People, technicians_of
from handlers.settings import Settings
from ops.calling import this_python
from ops.errors import OpsError
from state.model.language import Language
from state.model.technician import Technician

# Those that a repr of the function's own settings hides. Kept in Secret Manager; serverless.yml lists the same names.
DEPLOYED_SECRETS: Final = tuple(each.metadata["name"] for each in fields(Settings) if not each.repr)
OPTIONAL_SECRETS: Final = tuple(
    each.metadata["name"] for each in fields(Settings) if not each.repr and each.metadata["may_be_empty"]
)
# Values that are never shown. The database URL contains its password. The last four are of a Postgres of one's own.
SECRETS: Final = (
    *DEPLOYED_SECRETS,
    "SUPABASE_DB_URL",
    "AUTHENTICATOR_PASSWORD",
    "POSTGRES_PASSWORD",
    "STORAGE_PASSWORD",
    "SUPABASE_JWT_SECRET",
)
# Secrets that we generate: any long random value will do.
GENERATED: Final = ("WHATSAPP_VERIFY_TOKEN", "LINK_SIGNING_KEY", "SWEEP_TOKEN")
_DEFAULTS: Final = {each.metadata["name"]: each.metadata["default"] for each in fields(Settings)} | {
    "RESEND_API_URL": "https://api.resend.com"
}
# Commands in our texts, as they are written there.
_OPS: Final = re.compile(r"(?<![\w./-])python -m ops\b")
_MAKE: Final = re.compile(r"\bmake (?:deploy|rollback)\b(?! STAGE)")
_URLS: Final = ("GRAPH_API_URL", "RESEND_API_URL", "SUPABASE_URL", "PUBLIC_URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSettings:
    """The settings by name. `source` says in words where they were read.

    file: the one that was read, if one was; stage, env: as they were given, or "".
    """

    values: Mapping[str, str] = field(repr=False)
    source: str
    file: Path | None = None
    stage: str = ""
    env: str = ""

    def get(self, name: str) -> str:
        """The value without surrounding spaces, its default, or ""; a URL without its last slash."""
        value = self.values.get(name, "").strip() or _DEFAULTS.get(name, "")
        return value.rstrip("/") if name in _URLS else value

    def all(self, name: str) -> tuple[str, ...]:
        """The parts of a comma-separated setting."""
        return tuple(part.strip() for part in self.get(name).split(",") if part.strip())

    def missing(self, *names: str) -> list[str]:
        return [name for name in names if not self.get(name)]

    def need(self, *names: str) -> None:
        """Raise OpsError if any of these is missing; it lists all of them."""
        if missing := self.missing(*names):
            verb = "are" if len(missing) > 1 else "is"
            raise OpsError(
                f"{', '.join(missing)} {verb} missing (read: {self.source}). .env.example explains each setting"
            )

    def as_typed(self, text: str) -> str:
        """`text` with every command in it as it works here, and for the same desk: `python -m ops` and `make deploy`.

        All that is printed goes through this. A command without its stage would work on another database.
        """
        named = [("--env", self.env)] if self.env else []
        named += [("--stage", self.stage)] if self.stage else []
        options = "".join(f" {name} {shlex.quote(value)}" for name, value in named)
        text = _OPS.sub(lambda _: f"{this_python()} -m ops{options}", text)
        stage = f" STAGE={shlex.quote(self.stage)}" if self.stage else ""
        return _MAKE.sub(lambda found: found[0] + stage, text)

    @property
    def open_to_others(self) -> bool:
        """Whether other users of this machine may read the file of these settings, secrets among them."""
        return (
            self.file is not None
            and os.name == "posix"
            and bool(self.file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
        )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the desk. Raises OpsError."""
        try:
            return ZoneInfo(self.get("SUPPORT_TIMEZONE"))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise OpsError("SUPPORT_TIMEZONE must be a time zone such as America/Lima") from None

    @property
    def default_language(self) -> Language:
        """The desk's language. Raises OpsError."""
        try:
            return Language(self.get("DEFAULT_LANGUAGE"))
        except ValueError:
            raise OpsError("DEFAULT_LANGUAGE must be es, en or pt") from None

    @property
    def answer_domain(self) -> str:
        """The domain to which technicians answer our e-mails, if they can: as the desk itself has it. Lower case."""
        return "" if self.missing("RESEND_WEBHOOK_SECRET") else self.get("INBOUND_EMAIL_DOMAIN").lower()

    @property
    def people(self) -> People:
        """The technicians; none without the setting. Raises OpsError."""
        try:
            return People(technicians=technicians_of(read_mailboxes(self.get("SUPPORT_EMAIL_TO"))))
        except ValueError:
            raise OpsError(
                "SUPPORT_EMAIL_TO has something that is no e-mail address: python -m ops doctor"
            ) from None

    def conceal(self, text: str) -> str:
        """`text` from elsewhere without our secrets: Meta quotes a token that it cannot read."""
        for secret in (part for name in SECRETS for part in (self.get(name), *self.all(name))):
            text = text.replace(secret, "***") if len(secret) > 3 else text
        return text


def find_technician(people: People, given: str) -> Technician | None:
    """The technician with this address or name, whose case does not matter."""
    wanted = given.strip().casefold()
    named = (each for each in people.technicians if each.name and each.name.casefold() == wanted)
    return people.by_address(given.strip()) or next(named, None)


def known_technician(people: People, given: str) -> Technician:
    """The same. Raises OpsError if there is none."""
    found = find_technician(people, given)
    if found is None:
        known = ", ".join(each.name or each.address for each in people.technicians)
        raise OpsError(f"{given!r} is no technician of SUPPORT_EMAIL_TO; those are: {known or 'none'}")
    return found


def read_settings(
    file: Path | None, stage: str | None, shell: Mapping[str, str] = os.environ
) -> OperatorSettings:
    """From `file`, which overrides the environment; else from .env or .env.STAGE, which the environment overrides.

    Raises OpsError when `file` does not exist, or cannot be read. A missing .env is no error: everything may be in the environment.
    """
    if file is not None:
        if not file.is_file():
            hint = ". `make run` writes it while it runs" if file.parent.name == ".emulator" else ""
            raise OpsError(f"{file} does not exist{hint}")
        return OperatorSettings(
            values={**shell, **_read(file)},
            source=f"{file}, then the environment",
            file=file,
            stage=stage or "",
            env=str(file),
        )
    usual = Path(f".env.{stage}" if stage else ".env")
    if not usual.is_file():
        return OperatorSettings(
            values=shell, source=f"the environment; {usual} does not exist", stage=stage or ""
        )
    return OperatorSettings(
        values={**_read(usual), **shell},
        source=f"the environment, then {usual}",
        file=usual,
        stage=stage or "",
    )


def generate_missing(
    file: Path, settings: OperatorSettings, known: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Writes the GENERATED settings that are missing into `file`, which only its owner can read; yields their names.

    known: values that some have already. Raises OpsError if `file` does not exist.
    """
    if not file.is_file():
        raise OpsError(f"{file} does not exist: install -m 600 .env.example {file}, and fill it in")
    for name in settings.missing(*GENERATED):
        file.chmod(0o600)
        line = f"{name}={(known or {}).get(name) or secrets.token_urlsafe(32)}"
        text, replaced = re.subn(rf"(?m)^{name}=$", line, file.read_text("utf-8"), count=1)
        file.write_text(text if replaced else f"{text.rstrip()}\n{line}\n", "utf-8")
        yield name


def _read(file: Path) -> dict[str, str]:
    """Raises OpsError."""
    try:
        found = dotenv_values(file, interpolate=False)
    except OSError as error:
        raise OpsError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise OpsError(f"{file} is not a text file in UTF-8") from None
    return {name: value for name, value in found.items() if value is not None}
