"""Times as an operator reads them: in the desk's time zone, and spans in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ops.errors import OpsError
from ops.settings import Settings

_DEFAULT_ZONE: Final = "America/Argentina/Buenos_Aires"
_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60))


def zone_of(settings: Settings) -> ZoneInfo:
    """The desk's. Raises OpsError."""
    name = settings.get("SUPPORT_TIMEZONE") or _DEFAULT_ZONE
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise OpsError("SUPPORT_TIMEZONE must be a time zone such as America/Lima") from None


def now() -> datetime:
    return datetime.now(UTC)


def moment(text: str | None) -> datetime | None:
    """A time as the database gives it."""
    return datetime.fromisoformat(text) if text else None


def shown(at: datetime, zone: ZoneInfo) -> str:
    """ "2026-11-23 05:17"."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def span(seconds: float) -> str:
    """ "2 h 10 min": the two largest units, rounded down; below a minute "40 s"."""
    left = max(int(seconds), 0)
    if left < 60:
        return f"{left} s"
    parts = []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        parts.append((count, unit))
    first = next(place for place, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)


def since(at: datetime, until: datetime) -> str:
    return span((until - at).total_seconds())
