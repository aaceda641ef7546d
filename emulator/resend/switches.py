"""How the stand-in for Resend behaves, and what its account has."""

import uuid
from dataclasses import dataclass, field

RECEIVED_EVENTS = (
    "email.bounced",
    "email.suppressed",
    "email.failed",
    "email.complained",
    "email.received",
)
ANSWER_DOMAIN = "answers.example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredWebhook:
    """A webhook of the account. events: their types; status: "enabled" or "disabled"; created_at: unix seconds; signing_secret: "" is that of all."""

    endpoint: str
    events: tuple[str, ...] = RECEIVED_EVENTS
    status: str = "enabled"
    created_at: float = 0.0
    signing_secret: str = field(default="", repr=False)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(slots=True, kw_only=True)
class ResendSwitches:
    """May be changed at any time.

    `quota`: "" or the code with which every new e-mail is refused, daily_ or monthly_quota_exceeded. `daily_limit`: how many
    e-mails may be sent and received in 24 hours, as on the free plan 100; None is a paid plan. `monthly_limit` is only told.
    `seconds`: how long it takes to accept an e-mail; only then can two calls with one key overlap. `sending_only`: whether
    the API key may only send. `domains`: the status of each, "verified", "pending" or "failed"; `receiving`: those for which
    receiving is enabled. `webhooks`: those of the account. `recipients`: the addresses to which new e-mails are refused, each
    with the code: validation_error or rate_limit_exceeded.
    """

    rate_limit: bool = True
    quota: str = ""
    daily_limit: int | None = None
    monthly_limit: int = 50_000
    seconds: float = 0.0
    sending_only: bool = False
    domains: dict[str, str] = field(
        default_factory=lambda: {"example.com": "verified", ANSWER_DOMAIN: "verified"}
    )
    receiving: set[str] = field(default_factory=lambda: {ANSWER_DOMAIN})
    webhooks: list[RegisteredWebhook] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)
