"""The settings themselves: complete, well-formed, and none confused with another."""

import re
import shlex
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import jwt

from handlers.mail_addresses import read_mailbox, split_mailboxes
from handlers.settings import Settings, SettingsError
from ops.checks.finding import Finding, any_wrong, right, warning, wrong
from ops.http_client import LOCAL_HOSTS
from ops.operator_settings import OperatorSettings

_MIN_KEY: Final = 32  # characters
_NEW_KEY: Final = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
_COPY_KEY: Final = "Supabase, Project settings, API keys: copy a secret key (sb_secret_...)"


def check_settings(settings: OperatorSettings) -> Iterator[Finding]:
    """One line when everything is right, else a line for each setting that is not."""
    found = [
        *_complete(settings),
        *_forms(settings),
        *_public_url(settings),
        *_mail_addresses(settings),
        *_supabase_key(settings),
        *_file(settings),
    ]
    yield from found
    if not any_wrong(found):
        yield right("settings", f"complete and well-formed (read: {settings.source})")


def _complete(settings: OperatorSettings) -> Iterator[Finding]:
    """As the function itself reads them."""
    try:
        Settings.from_environment(settings.values)
    except SettingsError as error:
        if error.missing:
            missing = f"missing: {', '.join(error.missing)} (read: {settings.source})"
            yield wrong("settings", missing, ".env.example explains each")
        yield from (wrong("settings", problem) for problem in error.wrong)


def _forms(settings: OperatorSettings) -> Iterator[Finding]:
    if (key := settings.get("RESEND_API_KEY")) and not key.startswith("re_"):
        yield wrong("settings", "RESEND_API_KEY must begin with re_")
    if any(not re.fullmatch(r"[0-9a-f]{32}", secret) for secret in settings.all("WHATSAPP_APP_SECRET")):
        yield warning(
            "settings", "WHATSAPP_APP_SECRET is not 32 hexadecimal digits, as Meta's app secrets are"
        )
    if not re.fullmatch(r"[\w.~-]*", settings.get("WHATSAPP_VERIFY_TOKEN"), re.ASCII):
        text = "WHATSAPP_VERIFY_TOKEN has characters that may be changed in a URL"
        yield warning("settings", text, "use letters, digits, - and _ only")
    if settings.get("TRANSCRIBE_KEY") and not settings.get("TRANSCRIBE_URL"):
        yield warning("settings", "TRANSCRIBE_KEY is set and TRANSCRIBE_URL is not: nothing is transcribed")
    if any(len(key) < _MIN_KEY for key in settings.all("LINK_SIGNING_KEY")):
        yield wrong("settings", f"LINK_SIGNING_KEY has fewer than {_MIN_KEY} characters", _NEW_KEY)


def _public_url(settings: OperatorSettings) -> Iterator[Finding]:
    url = _split(settings.get("PUBLIC_URL"))
    if url.scheme != "http":
        return
    if url.hostname in LOCAL_HOSTS:
        yield warning("settings", "PUBLIC_URL is on this machine: Meta cannot reach it")
    else:
        yield wrong("settings", "PUBLIC_URL must begin with https://: Meta calls nothing else")


def _mail_addresses(settings: OperatorSettings) -> Iterator[Finding]:
    """Which ones: the function itself names the setting only."""
    for part in split_mailboxes(settings.get("SUPPORT_EMAIL_TO")):
        try:
            read_mailbox(part)
        except ValueError:
            yield wrong("settings", f"SUPPORT_EMAIL_TO: {ascii(part)[1:-1]} is not an e-mail address")


def _supabase_key(settings: OperatorSettings) -> Iterator[Finding]:
    key, url = settings.get("SUPABASE_SECRET_KEY"), settings.get("SUPABASE_URL")
    if not key or key.startswith("sb_secret_"):
        return
    claims = _claims(key)
    role, project = claims.get("role"), claims.get("ref")
    if key.startswith("sb_publishable_") or role in {"anon", "authenticated"}:
        yield wrong(
            "settings", "SUPABASE_SECRET_KEY is the publishable key, which has no rights here", _COPY_KEY
        )
    elif role != "service_role":
        yield wrong("settings", "SUPABASE_SECRET_KEY is not a key of Supabase", _COPY_KEY)
    elif project and url and _split(url).hostname not in {f"{project}.supabase.co", *LOCAL_HOSTS}:
        yield wrong("settings", "SUPABASE_SECRET_KEY is of another project than SUPABASE_URL", _COPY_KEY)
    elif project:  # without one it is of a Supabase of one's own: `ops keys --own-database`
        yield warning(
            "settings", "SUPABASE_SECRET_KEY is a legacy key, which Supabase ends in 2026", _COPY_KEY
        )


def _file(settings: OperatorSettings) -> Iterator[Finding]:
    """Other users of this machine must not read it."""
    if settings.open_to_others:
        text = f"{settings.file} has secrets, and other users of this machine may read it"
        yield warning("settings", text, f"chmod 600 {shlex.quote(str(settings.file))}")


def _split(url: str) -> SplitResult:
    """An invalid URL has no parts: _complete reports it."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _claims(token: str) -> dict[str, Any]:
    """Of a JWT, unverified: only to tell one key from another."""
    try:
        return jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return {}
