"""The settings: read once from the environment, complete or not at all.

A new one also goes into .env.example and serverless.yml and, if it is required, into emulator/function.py.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final
from zoneinfo import ZoneInfo

from channels.http import parse_address
from handlers.mail_addresses import Mailbox, read_mailbox, read_mailboxes
from handlers.people import technicians_of
from state.model.answer_file import MEGABYTE
from state.model.language import Language
from state.model.technician import Technician

_MAX_REPLY_BUDGET_SECONDS: Final = 20.0
_MAX_CATEGORIES: Final = 30
MAX_CATEGORY: Final = 40  # characters
_MIN_TOKEN: Final = 16  # characters
_MIN_SWEEP_SECONDS: Final = 10
# With the longest sweep well within heartbeat_lasts in supabase/schemas/92_watch.sql.
_MAX_SWEEP_SECONDS: Final = 180


class SettingsError(Exception):
    """The environment is not complete; the message names everything that is missing or wrong, never a value."""

    def __init__(self, missing: list[str], wrong: list[str]) -> None:
        lines = [f"  {name} is missing" for name in missing] + [f"  {problem}" for problem in wrong]
        super().__init__("Mostrador cannot start. .env.example explains each setting.\n" + "\n".join(lines))
        self.missing = tuple(missing)
        self.wrong = tuple(wrong)


def _key(text: str) -> str:
    """What goes into a header, or is compared with one."""
    return _of_form(r"[!-~]+", text)


def _keys(text: str) -> tuple[str, ...]:
    return tuple(_key(item.strip()) for item in text.split(",") if item.strip())


def _url(text: str) -> str:
    address = parse_address(_of_form(r"[!-~]+", text))
    if address.scheme not in {"http", "https"} or re.search(r"[@?#\\]", text):
        raise ValueError(text)
    return text.rstrip("/")


def _url_with_model(text: str) -> str:
    address, _, query = text.partition("?")
    return f"{_url(address)}?{_of_form('model=[A-Za-z0-9._/-]+', query)}" if query else _url(address)


def _phone_number_id(text: str) -> str:
    return _of_form(r"[0-9]+", text)


def _graph_version(text: str) -> str:
    return _of_form(r"v[0-9]+\.[0-9]+", text)


def _domain(text: str) -> str:
    return read_mailbox(f"answer@{text.lower()}").address.rpartition("@")[2]


def _template(text: str) -> str:
    return _of_form(r"[a-z0-9_]{1,512}", text)


def _of_form(form: str, text: str) -> str:
    if not re.fullmatch(form, text):
        raise ValueError(text)
    return text


def _sender(text: str) -> str:
    read_mailbox(text)
    return text


def _words(text: str) -> str:
    """Shown to people, and cleaned then. An emoji may have invisible parts."""
    return text


def _categories(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(" ".join(item.split()) for item in text.split(",") if item.strip()))
    if not 0 < len(found) <= _MAX_CATEGORIES or any(len(each) > MAX_CATEGORY for each in found):
        raise ValueError(text)
    return found


def _count(text: str) -> int:
    if int(text) < 0:
        raise ValueError(text)
    return int(text)


def _at_least_one(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def _sweep_pause(text: str) -> int:
    if int(text) and not _MIN_SWEEP_SECONDS <= int(text) <= _MAX_SWEEP_SECONDS:
        raise ValueError(text)
    return int(text)


def _token(text: str) -> str:
    return _of_form(f"[!-~]{{{_MIN_TOKEN},}}", text)


def _signing_secret(text: str) -> str:
    """Svix's form: what follows the prefix is decoded before it signs."""
    base64.b64decode(_of_form(r"whsec_[A-Za-z0-9+/=]+", text).removeprefix("whsec_"), validate=True)
    return text


def _reply_budget(text: str) -> float:
    if not 0 <= float(text) <= _MAX_REPLY_BUDGET_SECONDS:
        raise ValueError(text)
    return float(text)


# The rule for a value, shown when it cannot be parsed.
_RULES: Final[dict[Callable[[str], Any], str]] = {
    _key: "must be one line without spaces, of the characters of a key",
    _keys: "must be one line without spaces, of the characters of a key; two with a comma between them",
    _url: "must be an address that begins with https://, without spaces",
    _url_with_model: "must be an address that begins with https://, without spaces; perhaps with ?model=... at its end",
    _phone_number_id: "must be the number's id, digits only (WhatsApp, API setup), not the number",
    _graph_version: "must be a version such as v25.0",
    _domain: "must be a domain name such as answers.shop.com",
    _template: "must be lower-case letters, digits and _ only",
    _sender: 'must be one address: "Soporte <soporte@example.com>", in quotes',
    read_mailboxes: "must be up to 50 addresses with commas between them: Marta Ruiz <marta@example.com>, luis@example.com",
    str: "must be one line of visible characters",
    Language: f"must be one of {', '.join(Language)}",
    ZoneInfo: "must be a time zone such as America/Lima",
    _categories: "must be up to 30 categories with commas between them, of up to 40 characters each",
    _count: "must be a whole number, 0 or more",
    _at_least_one: "must be a whole number, 1 or more",
    _sweep_pause: f"must be 0, or a whole number of seconds from {_MIN_SWEEP_SECONDS} to {_MAX_SWEEP_SECONDS}",
    _token: f"must be one line without spaces, of at least {_MIN_TOKEN} characters of a key",
    _signing_secret: "must begin with whsec_ (Resend, Webhooks, Signing secret)",
    _reply_budget: "must be a number of seconds from 0 to 20",
}

# The value of an optional setting that is not there, where it is no text.
_EMPTY: Final[dict[Callable[[str], Any], Any]] = {_categories: (), read_mailboxes: ()}


def _env(
    name: str,
    parse: Callable[[str], Any] = str,
    default: str = "",
    *,
    may_be_empty: bool = False,
    given_by_host: str = "",
) -> dict[str, Any]:
    """Metadata of a field that is read from the environment variable `name`, else from the one that a host sets by itself."""
    names = (name, given_by_host) if given_by_host else (name,)
    return {"name": name, "names": names, "parse": parse, "default": default, "may_be_empty": may_be_empty}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The operator's settings. Secrets never appear in a repr. If two keys are given, the first is the newer."""

    whatsapp_access_token: str = field(repr=False, metadata=_env("WHATSAPP_ACCESS_TOKEN", _key))
    whatsapp_app_secrets: tuple[str, ...] = field(repr=False, metadata=_env("WHATSAPP_APP_SECRET", _keys))
    whatsapp_verify_token: str = field(repr=False, metadata=_env("WHATSAPP_VERIFY_TOKEN"))
    whatsapp_phone_number_id: str = field(metadata=_env("WHATSAPP_PHONE_NUMBER_ID", _phone_number_id))
    graph_api_url: str = field(metadata=_env("GRAPH_API_URL", _url, default="https://graph.facebook.com"))
    graph_api_version: str = field(metadata=_env("GRAPH_API_VERSION", _graph_version, default="v25.0"))
    supabase_url: str = field(metadata=_env("SUPABASE_URL", _url))
    supabase_secret_key: str = field(repr=False, metadata=_env("SUPABASE_SECRET_KEY", _key))
    resend_api_key: str = field(repr=False, metadata=_env("RESEND_API_KEY", _key))
    support_email_from: str = field(metadata=_env("SUPPORT_EMAIL_FROM", _sender))
    support_email_to: tuple[Mailbox, ...] = field(metadata=_env("SUPPORT_EMAIL_TO", read_mailboxes))
    public_url: str = field(metadata=_env("PUBLIC_URL", _url, given_by_host="RENDER_EXTERNAL_URL"))
    link_signing_keys: tuple[str, ...] = field(repr=False, metadata=_env("LINK_SIGNING_KEY", _keys))
    default_language: Language = field(metadata=_env("DEFAULT_LANGUAGE", Language, default="es"))
    support_timezone: ZoneInfo = field(
        metadata=_env("SUPPORT_TIMEZONE", ZoneInfo, default="America/Argentina/Buenos_Aires")
    )
    desk_name: str = field(metadata=_env("DESK_NAME", _words, may_be_empty=True))
    categories: tuple[str, ...] = field(metadata=_env("CATEGORIES", _categories, may_be_empty=True))
    status_template: str = field(metadata=_env("STATUS_TEMPLATE", _template, default="ticket_update"))
    conversation_cache_size: int = field(metadata=_env("CONVERSATION_CACHE_SIZE", _count, default="1024"))
    stored_megabytes: int = field(metadata=_env("STORED_MEGABYTES", _count, default="500"))
    transcribe_url: str = field(metadata=_env("TRANSCRIBE_URL", _url_with_model, may_be_empty=True))
    transcribe_key: str = field(repr=False, metadata=_env("TRANSCRIBE_KEY", _key, may_be_empty=True))
    operator_email_to: tuple[Mailbox, ...] = field(
        metadata=_env("OPERATOR_EMAIL_TO", read_mailboxes, may_be_empty=True)
    )
    resend_webhook_secret: str = field(
        repr=False, metadata=_env("RESEND_WEBHOOK_SECRET", _signing_secret, may_be_empty=True)
    )
    inbound_email_domain: str = field(metadata=_env("INBOUND_EMAIL_DOMAIN", _domain, may_be_empty=True))
    sweep_token: str = field(repr=False, metadata=_env("SWEEP_TOKEN", _token, may_be_empty=True))
    sweep_every_seconds: int = field(metadata=_env("SWEEP_EVERY_SECONDS", _sweep_pause, default="0"))
    commit: str = field(
        metadata=_env("GIT_COMMIT", _key, may_be_empty=True, given_by_host="RENDER_GIT_COMMIT")
    )
    bubbles_a_day: int = field(metadata=_env("BUBBLES_A_DAY", _at_least_one, default="150"))
    reply_budget_seconds: float = field(metadata=_env("REPLY_BUDGET_SECONDS", _reply_budget, default="0.8"))

    @property
    def stored_bytes(self) -> int:
        """What all files together may take in Storage."""
        return self.stored_megabytes * MEGABYTE

    @property
    def answer_domain(self) -> str:
        """The domain of the addresses to which technicians answer our e-mails. Empty if nothing that comes there could be believed."""
        return self.inbound_email_domain if self.resend_webhook_secret else ""

    @property
    def technicians(self) -> tuple[Technician, ...]:
        """Those of `support_email_to`, each address once."""
        return technicians_of(self.support_email_to)

    @property
    def mailed_addresses(self) -> list[str]:
        """Of technicians and operators, lower case."""
        return [mailbox.address.lower() for mailbox in (*self.support_email_to, *self.operator_email_to)]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read all settings. Raises SettingsError, which lists every missing and every wrong one."""
        values: dict[str, Any] = {}
        missing, wrong = [], []
        for each in fields(cls):
            name, parse = each.metadata["name"], each.metadata["parse"]
            given = (environment.get(known_as, "").strip() for known_as in each.metadata["names"])
            text = next(filter(None, given), each.metadata["default"])
            try:
                # A newline, or what nobody sees, came with copying.
                if not text.isprintable() and parse is not _words:
                    raise ValueError(name)
                values[each.name] = parse(text) if text else _EMPTY.get(parse, text)
            except (ValueError, KeyError, OSError):  # ZoneInfoNotFoundError is a KeyError
                wrong.append(f"{name} {_RULES[parse]}")
            else:
                if not (text or each.metadata["may_be_empty"]) or (text and values[each.name] == ()):
                    missing.append(name)
        if missing or wrong:
            raise SettingsError(missing, wrong)
        return cls(**values)
