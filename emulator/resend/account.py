"""What Resend tells about an account: its domains, its webhooks and how much of its quotas is used."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from emulator import Json
from emulator.resend.switches import RegisteredWebhook, ResendSwitches

DAY = timedelta(days=1)


def timestamp(seconds: float) -> str:
    """ISO 8601, of unix seconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def domains(switches: ResendSwitches) -> list[Json]:
    """https://resend.com/docs/api-reference/domains/list-domains"""
    return [
        {
            "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, name)),
            "name": name,
            "status": status,
            "created_at": timestamp(0),
            "region": "us-east-1",
            "capabilities": {
                "sending": "enabled",
                "receiving": "enabled" if name in switches.receiving else "disabled",
            },
        }
        for name, status in switches.domains.items()
    ]


def webhook(registered: RegisteredWebhook) -> Json:
    """https://resend.com/docs/api-reference/webhooks/list-webhooks"""
    return {
        "id": registered.id,
        "endpoint": registered.endpoint,
        "events": list(registered.events),
        "status": registered.status,
        "created_at": timestamp(registered.created_at),
    }


def usage(
    switches: ResendSwitches, sent: Iterable[tuple[float, int]], received: Iterable[float], now: float
) -> Json:
    """https://resend.com/docs/api-reference/usage/retrieve-usage

    sent: of each e-mail when, in unix seconds, and to how many; received: of each when. Each recipient of a sent e-mail counts, and
    each received e-mail once. A day is the last 24 hours, a month that of the calendar.
    """
    sent, received, today = list(sent), list(received), datetime.fromtimestamp(now, UTC)
    month = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    next_month = (month + 32 * DAY).replace(day=1)
    day_began = (today - DAY).timestamp()
    counted = [at for at in (*(at for at, _ in sent), *received) if at > day_began]
    resets = (min(counted) if counted else now) + DAY.total_seconds()
    daily = _used(sent, received, day_began) | {"limit": switches.daily_limit, "resets_at": timestamp(resets)}
    monthly = _used(sent, received, month.timestamp())
    monthly |= {"limit": switches.monthly_limit, "resets_at": timestamp(next_month.timestamp())}
    return {
        "object": "usage",
        "emails": {"daily": daily, "monthly": monthly},
        "contacts": {"used": 0, "limit": 1000},
        "segments": {"used": 0, "limit": 3},
        "broadcasts": {"used": 0, "limit": None},
        "ai_credits": {"used": 0, "limit": None, "next_increase_at": None},
        "automation_runs": {"used": 0, "limit": 10_000, "resets_at": timestamp(next_month.timestamp())},
        "domains": {"used": len(switches.domains), "limit": None},
        "rate_limit": {"limit": 10, "duration": "1000ms"},
    }


def _used(sent: list[tuple[float, int]], received: list[float], since: float) -> Json:
    outgoing = sum(recipients for at, recipients in sent if at > since)
    incoming = sum(at > since for at in received)
    return {"used": outgoing + incoming, "sent": outgoing, "received": incoming}
