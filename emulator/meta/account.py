"""The state of the Meta account: the app and its token, the phone number, templates, and where webhooks go."""

from dataclasses import dataclass, field

from emulator import Json
from emulator.meta.registration import Registration
from emulator.meta.templates import Templates
from emulator.meta.webhook_payload import BUSINESS, Business

# These give access to nothing but this stand-in.
ACCESS_TOKEN, APP_SECRET = "EAAstand-in", "0123456789abcdef0123456789abcdef"
CLOUD_API = "CLOUD_API"
MESSAGING, MANAGEMENT = "whatsapp_business_messaging", "whatsapp_business_management"


@dataclass(slots=True, kw_only=True)
class Subscription:
    """The app's webhooks: which fields, and where they are posted."""

    callback_url: str
    fields: tuple[str, ...]
    active: bool = True


@dataclass(slots=True, kw_only=True)
class Account:
    """Every field may be changed at any time, so that a test can play a wrong set-up.

    `targets`: the business accounts of the token, None if it does not say; `expires_at` in unix seconds, 0: never;
    `subscribed`: the apps that get the business account's webhooks; `override`: the address that it uses instead of
    the app's, `number_override` that of the number instead of both; `health`: AVAILABLE, LIMITED or BLOCKED, with its reasons in `health_errors`.
    """

    access_token: str = ACCESS_TOKEN
    app_secret: str = APP_SECRET
    business: Business = BUSINESS
    app_id: str = "600700800900100"
    app_name: str = "Mostrador"
    kind: str = "SYSTEM_USER"
    token_valid: bool = True
    expires_at: int = 0
    scopes: tuple[str, ...] = (MANAGEMENT, MESSAGING)
    targets: tuple[str, ...] | None = (BUSINESS.account_id,)
    quality_rating: str = "GREEN"
    code_verification_status: str = "VERIFIED"
    platform_type: str = CLOUD_API  # NOT_APPLICABLE until it is registered
    registration: Registration = field(default_factory=Registration)
    subscription: Subscription | None = None
    subscribed: list[str] = field(default_factory=list)
    override: str = ""
    number_override: str = ""
    health: str = "AVAILABLE"
    health_errors: list[Json] = field(default_factory=list)
    templates: Templates = field(default_factory=Templates)

    @property
    def is_registered(self) -> bool:
        """The number may send through the Cloud API."""
        return self.platform_type == CLOUD_API

    @property
    def app_token(self) -> str:
        return f"{self.app_id}|{self.app_secret}"

    def subscribe(self, callback_url: str, fields: tuple[str, ...]) -> None:
        """What an operator does once, without verifying the address."""
        self.subscription = Subscription(callback_url=callback_url, fields=fields)
        self.subscribed = [self.app_id]

    def number(self) -> Json:
        """All fields of the phone number."""
        return {
            "id": self.business.phone_number_id,
            "display_phone_number": self.business.display_phone_number,
            "verified_name": "Mostrador",
            "quality_rating": self.quality_rating,
            "code_verification_status": self.code_verification_status,
            "platform_type": self.platform_type,
            "throughput": {"level": "STANDARD"},
            "webhook_configuration": self._webhook_configuration(),
            "health_status": self._health_status(),
        }

    def _webhook_configuration(self) -> Json:
        """Where the number's messages go: to the first that is there."""
        places = {
            "phone_number": self.number_override,
            "whatsapp_business_account": self.override,
            "application": self.subscription.callback_url if self.subscription else "",
        }
        return {name: url for name, url in places.items() if url}

    def _health_status(self) -> Json:
        number_id, account_id = self.business.phone_number_id, self.business.account_id
        number: Json = {"entity_type": "PHONE_NUMBER", "id": number_id, "can_send_message": self.health}
        if self.health_errors:
            number["errors"] = self.health_errors
        account = {"entity_type": "WABA", "id": account_id, "can_send_message": "AVAILABLE"}
        return {"can_send_message": self.health, "entities": [number, account]}

    def token_description(self) -> Json:
        """What debug_token answers about the access token."""
        named = {} if self.targets is None else {"target_ids": list(self.targets)}
        return {
            "app_id": self.app_id,
            "type": self.kind,
            "expires_at": self.expires_at,
            "is_valid": True,
            "scopes": [*self.scopes, "public_profile"],
            "granular_scopes": [{"scope": scope, **named} for scope in self.scopes],
        }
