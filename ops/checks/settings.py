"""The settings themselves: all there, each of the right form, none taken for another."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from email.utils import parseaddr
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from handlers.settings import Settings as Product
from handlers.settings import SettingsError
from ops.findings import Finding, right, warning, wrong
from ops.settings import Settings

_KEY_CHARACTERS: Final = 32
_ADDRESS: Final = re.compile(r"[^@\s<>,\"]+@[^@\s<>,\"]+\.[^@\s<>,\"]+")
_FORMS: Final = (
    ("WHATSAPP_PHONE_NUMBER_ID", r"\d{5,}", "must be the number's id, digits only (WhatsApp, API setup), not the number"),
    ("GRAPH_API_VERSION", r"v\d+\.\d+", "must look like v25.0"),
    ("STATUS_TEMPLATE", r"[a-z0-9_]{1,512}", "may hold lower-case letters, digits and _ only"),
    ("RESEND_API_KEY", r"re_\S+", "must begin with re_"),
)  # fmt: skip
_NEW_KEY: Final = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
_LOCAL: Final = {"localhost", "127.0.0.1", "::1"}


def check_settings(settings: Settings) -> Iterator[Finding]:
    """One line when all is well, else one for each that is not."""
    found = [finding for look in _LOOKS for finding in look(settings)]
    yield from found
    if all(finding.state != "wrong" for finding in found):
        yield right("settings", f"complete and of the right form (read: {settings.source})")


def _complete(settings: Settings) -> Iterator[Finding]:
    try:
        Product.from_environment(settings.values)
    except SettingsError as error:
        if error.missing:
            yield wrong(
                "settings",
                f"missing: {', '.join(error.missing)} (read: {settings.source})",
                ".env.example explains each",
            )
        for problem in error.wrong:
            yield wrong("settings", problem)


def _forms(settings: Settings) -> Iterator[Finding]:
    for name, form, rule in _FORMS:
        if (value := settings.get(name)) and not re.fullmatch(form, value):
            yield wrong("settings", f"{name} {rule}")
    if any(not re.fullmatch(r"[0-9a-f]{32}", secret) for secret in settings.all("WHATSAPP_APP_SECRET")):
        yield warning(
            "settings", "WHATSAPP_APP_SECRET is not 32 hexadecimal digits, as Meta's app secrets are"
        )
    if not re.fullmatch(r"[\w.~-]*", settings.get("WHATSAPP_VERIFY_TOKEN"), re.ASCII):
        yield warning(
            "settings",
            "WHATSAPP_VERIFY_TOKEN has signs that may be garbled in an address",
            "use letters, digits, - and _ only",
        )


def _link_keys(settings: Settings) -> Iterator[Finding]:
    short = [key for key in settings.all("LINK_SIGNING_KEY") if len(key) < _KEY_CHARACTERS]
    if short:
        yield wrong("settings", f"LINK_SIGNING_KEY has fewer than {_KEY_CHARACTERS} characters", _NEW_KEY)


def _public_url(settings: Settings) -> Iterator[Finding]:
    address = _split(settings.get("PUBLIC_URL"))
    if address.scheme != "http":
        return
    if address.hostname in _LOCAL:
        yield warning("settings", "PUBLIC_URL is on this machine: Meta cannot reach it")
    else:
        yield wrong("settings", "PUBLIC_URL must begin with https://: Meta calls nothing else")


def _mail_addresses(settings: Settings) -> Iterator[Finding]:
    sender = settings.get("SUPPORT_EMAIL_FROM")
    if sender and not _ADDRESS.fullmatch(parseaddr(sender)[1]):
        yield wrong(
            "settings",
            "SUPPORT_EMAIL_FROM is not an address",
            'write "Soporte <soporte@example.com>", in quotes',
        )
    odd = [
        address
        for address in settings.all("SUPPORT_EMAIL_TO")
        if not _ADDRESS.fullmatch(parseaddr(address)[1])
    ]
    if odd:
        yield wrong("settings", f"SUPPORT_EMAIL_TO: {', '.join(odd)} is not an address")


def _supabase_key(settings: Settings) -> Iterator[Finding]:
    key, url = settings.get("SUPABASE_SECRET_KEY"), settings.get("SUPABASE_URL")
    if not key or key.startswith("sb_secret_"):
        return
    claims = _claims(key)
    role, project = claims.get("role"), claims.get("ref")
    mend = "Supabase, Project settings, API keys: copy a secret key (sb_secret_...)"
    if key.startswith("sb_publishable_") or role in {"anon", "authenticated"}:
        yield wrong("settings", "SUPABASE_SECRET_KEY is the publishable key, which may do nothing here", mend)
    elif role != "service_role":
        yield wrong("settings", "SUPABASE_SECRET_KEY is not a key of Supabase", mend)
    elif project and url and _split(url).hostname not in {f"{project}.supabase.co", *_LOCAL}:
        yield wrong("settings", "SUPABASE_SECRET_KEY is of another project than SUPABASE_URL", mend)
    else:
        yield warning("settings", "SUPABASE_SECRET_KEY is a legacy key, which Supabase ends in 2026", mend)


def _split(url: str) -> SplitResult:
    """One that is no address has no parts: another check says so."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _claims(token: str) -> dict[str, Any]:
    """Of a JWT, unverified: only to tell one key from another."""
    try:
        _, middle, _ = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}


_LOOKS: Final[tuple[Callable[[Settings], Iterator[Finding]], ...]] = (
    _complete,
    _forms,
    _link_keys,
    _public_url,
    _mail_addresses,
    _supabase_key,
)
