"""The settings: read once from the environment, complete or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from state.model.language import Language

T = TypeVar("T")


class SettingsError(Exception):
    """The environment is not complete; the message names everything that is missing or wrong, never a value."""

    def __init__(self, missing: list[str], wrong: list[str]) -> None:
        lines = [f"  {name} is missing" for name in missing] + [f"  {problem}" for problem in wrong]
        super().__init__("Mostrador cannot start. .env.example explains each setting.\n" + "\n".join(lines))
        self.missing = tuple(missing)
        self.wrong = tuple(wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator decides. Secrets never show in a repr. Where two keys are given, the first is the newer."""

    whatsapp_access_token: str = field(repr=False)
    whatsapp_app_secrets: tuple[str, ...] = field(repr=False)
    whatsapp_verify_token: str = field(repr=False)
    whatsapp_phone_number_id: str
    graph_api_url: str
    graph_api_version: str
    supabase_url: str
    supabase_secret_key: str = field(repr=False)
    resend_api_key: str = field(repr=False)
    support_email_from: str
    support_email_to: tuple[str, ...]
    public_url: str
    link_signing_keys: tuple[str, ...] = field(repr=False)
    default_language: Language
    support_timezone: ZoneInfo
    status_template: str
    conversation_cache_size: int
    reply_budget_seconds: float

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Raises SettingsError, which names every missing and every wrong setting together."""
        reader = _Reader(environment)
        values = {
            "whatsapp_access_token": reader.text("WHATSAPP_ACCESS_TOKEN"),
            "whatsapp_app_secrets": reader.list("WHATSAPP_APP_SECRET"),
            "whatsapp_verify_token": reader.text("WHATSAPP_VERIFY_TOKEN"),
            "whatsapp_phone_number_id": reader.text("WHATSAPP_PHONE_NUMBER_ID"),
            "graph_api_url": reader.url("GRAPH_API_URL", "https://graph.facebook.com"),
            "graph_api_version": reader.text("GRAPH_API_VERSION", "v25.0"),
            "supabase_url": reader.url("SUPABASE_URL"),
            "supabase_secret_key": reader.text("SUPABASE_SECRET_KEY"),
            "resend_api_key": reader.text("RESEND_API_KEY"),
            "support_email_from": reader.text("SUPPORT_EMAIL_FROM"),
            "support_email_to": reader.list("SUPPORT_EMAIL_TO"),
            "public_url": reader.url("PUBLIC_URL"),
            "link_signing_keys": reader.list("LINK_SIGNING_KEY"),
            "default_language": reader.parsed(
                "DEFAULT_LANGUAGE", "es", Language, f"must be one of {', '.join(Language)}"
            ),
            "support_timezone": reader.parsed(
                "SUPPORT_TIMEZONE",
                "America/Argentina/Buenos_Aires",
                ZoneInfo,
                "must be a time zone such as America/Lima",
            ),
            "status_template": reader.text("STATUS_TEMPLATE", "ticket_update"),
            "conversation_cache_size": reader.parsed(
                "CONVERSATION_CACHE_SIZE", "1024", _whole, "must be a whole number, 0 or more"
            ),
            "reply_budget_seconds": reader.parsed(
                "REPLY_BUDGET_SECONDS", "0.8", _seconds, "must be a number of seconds from 0 to 20"
            ),
        }
        if reader.missing or reader.wrong:
            raise SettingsError(reader.missing, reader.wrong)
        return cls(**values)  # type: ignore[arg-type]  # each was read as its field's type; mypy sees one dict


class _Reader:
    """Reads settings and collects what is wrong with them instead of stopping at the first."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.missing: list[str] = []
        self.wrong: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        value = self._environment.get(name, "").strip() or default
        if not value:
            self.missing.append(name)
        return value

    def list(self, name: str) -> tuple[str, ...]:
        items = tuple(item.strip() for item in self.text(name).split(",") if item.strip())
        if not items and name not in self.missing:
            self.missing.append(name)
        return items

    def url(self, name: str, default: str = "") -> str:
        value = self.text(name, default)
        if value and not _is_address(value):
            self.wrong.append(f"{name} must be an address that begins with https://")
        return value.rstrip("/")

    def parsed(self, name: str, default: str, parse: Callable[[str], T], rule: str) -> T | None:
        try:
            return parse(self.text(name, default))
        except (ValueError, KeyError, OSError):  # ZoneInfoNotFoundError is a KeyError
            self.wrong.append(f"{name} {rule}")
            return None


_MAX_SECONDS: Final = 20.0


def _is_address(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in {"http", "https"} and bool(address.hostname)


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 <= number <= _MAX_SECONDS:
        raise ValueError(text)
    return number
