"""What Meta refuses because of the recipient: rate limits, the service window, and templates outside it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from emulator import Json
from emulator.meta.errors import GraphError
from emulator.meta.message_rules import body_parameters
from emulator.meta.users import Recipient, Users
from emulator.stand_in import RateLimiter

# Meta lets a burst use up the next minutes; this counts the same, but recovers gradually.
PAIR_BURST, PAIR_SECONDS = 45, 6.0
NUMBER_PER_SECOND = 80
LANGUAGES = ("es", "es_AR", "es_MX", "en", "en_US", "pt_BR")


class WindowCheck(StrEnum):
    """How free text outside the service window is refused."""

    LATER = "later"  # 200, then a status failed with 131047
    NOW = "now"
    NEVER = "never"


@dataclass(slots=True, kw_only=True)
class MetaSwitches:
    """How strict Meta is and which statuses it posts; may be changed at any time.

    `statuses`: the delivery statuses that are posted, () for none. `allowed`: the only digits that a test number may
    write to, None for a real number. `templates`: by name and language, how many values the body takes.
    """

    statuses: tuple[str, ...] = ("sent", "delivered", "failed")
    status_seconds: float = 0.02
    window: WindowCheck = WindowCheck.LATER
    allowed: tuple[str, ...] | None = None
    pair_limit: bool = True
    number_limit: bool = True
    known_ids_only: bool = True
    templates: dict[str, dict[str, int]] = field(
        default_factory=lambda: {"ticket_update": dict.fromkeys(LANGUAGES, 2)}
    )


class RecipientRules:
    def __init__(self, users: Users, clock: Callable[[], float]) -> None:
        self.switches = MetaSwitches()
        self._users = users
        self._clock = clock
        self._pairs = RateLimiter(burst=PAIR_BURST, seconds=PAIR_SECONDS, clock=clock)
        self._number = RateLimiter(burst=NUMBER_PER_SECOND, seconds=1 / NUMBER_PER_SECOND, clock=clock)

    def check(self, recipient: Recipient) -> None:
        """Raises GraphError 131030, 130429 or 131056."""
        # A test number's list is compared digit by digit: the other form of the same number is refused.
        allowed = self.switches.allowed
        if allowed is not None and recipient.phone and recipient.phone not in allowed:
            raise GraphError(code=131030)
        if self.switches.number_limit and self._number.take("number"):
            raise GraphError(code=130429)
        if self.switches.pair_limit and self._pairs.take(recipient.identity):
            raise GraphError(code=131056)

    def later_failure(self, message: Json, recipient: Recipient) -> int | None:
        """The code with which an accepted message is going to fail. Raises GraphError if it fails at once."""
        if message.get("type") == "template":
            self._check_template(message["template"])
            return None
        if self.switches.window is WindowCheck.NEVER or recipient.lost:
            return None
        if self._users.window_is_open(recipient.identity, self._clock()):
            return None
        if self.switches.window is WindowCheck.NOW:
            raise GraphError(code=131047)
        return 131047

    def check_known(self, message_id: object) -> None:
        """Raises GraphError unless this is the id of a message that was sent or received."""
        if not isinstance(message_id, str):
            raise GraphError(code=100, details="The parameter message_id is required.")
        if self.switches.known_ids_only and not self._users.knows_message(message_id):
            raise GraphError(code=131009, details=f"Message id {message_id} does not exist or is too old.")

    def _check_template(self, template: Json) -> None:
        name, language = template["name"], template["language"]["code"]
        expected = self.switches.templates.get(name, {}).get(language)
        given = len(body_parameters(template))
        if expected is None:
            raise GraphError(code=132001, details=f"template name ({name}) does not exist in {language}")
        if given != expected:
            counts = f"({given}) does not match the expected number of params ({expected})"
            raise GraphError(code=132000, details=f"body: number of localizable_params {counts}")
