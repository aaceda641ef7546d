"""What Meta refuses because of the recipient: rate limits, the service window, and templates outside it."""

from collections.abc import Callable
from dataclasses import dataclass

from emulator import Json
from emulator.meta.errors import GraphError
from emulator.meta.message_rules import body_parameters
from emulator.meta.templates import Templates
from emulator.meta.users import Recipient, Users
from emulator.stand_in import RateLimiter

# Meta lets a burst use up the next minutes; this counts the same, but recovers gradually.
PAIR_BURST, PAIR_SECONDS = 45, 6.0
NUMBER_PER_SECOND = 80


@dataclass(slots=True, kw_only=True)
class MetaSwitches:
    """How strict Meta is and which statuses it posts; may be changed at any time.

    `statuses`: the delivery statuses that are posted, () for none. `allowed`: the only digits that a test number may
    write to, None for a real number. `window_at_once`: free text outside the service window is refused at once, and not
    accepted first and then reported as failed. `bsuids`: False refuses BSUIDs, as Meta does for some kinds of message.
    """

    statuses: tuple[str, ...] = ("sent", "delivered", "failed")
    status_seconds: float = 0.02
    window_at_once: bool = False
    allowed: tuple[str, ...] | None = None
    bsuids: bool = True
    pair_limit: bool = True
    number_limit: bool = True
    known_ids_only: bool = True


class RecipientRules:
    def __init__(
        self, switches: MetaSwitches, users: Users, templates: Templates, clock: Callable[[], float]
    ) -> None:
        self._switches = switches
        self._users, self._templates = users, templates
        self._clock = clock
        self._pairs = RateLimiter(burst=PAIR_BURST, seconds=PAIR_SECONDS, clock=clock)
        self._number = RateLimiter(burst=NUMBER_PER_SECOND, seconds=1 / NUMBER_PER_SECOND, clock=clock)

    def check(self, recipient: Recipient) -> None:
        """Raises GraphError 131030, 131062, 130429 or 131056."""
        # A test number's list is compared digit by digit: the other form of the same number is refused.
        allowed = self._switches.allowed
        if allowed is not None and recipient.phone and recipient.phone not in allowed:
            raise GraphError(code=131030)
        if recipient.user_id and not self._switches.bsuids:
            raise GraphError(code=131062)
        if self._switches.number_limit and self._number.take("number"):
            raise GraphError(code=130429)
        if self._switches.pair_limit and self._pairs.take(self._person(recipient)):
            raise GraphError(code=131056)

    def _person(self, recipient: Recipient) -> str:
        """The same for a BSUID and the number that belongs to it."""
        return next(iter(self._users.find(recipient.identity).aliases), recipient.identity)

    def later_failure(self, message: Json, recipient: Recipient) -> int | None:
        """The code with which an accepted message is going to fail. Raises GraphError if it fails at once."""
        if message.get("type") == "template":
            self._check_template(message["template"])
            return None
        if recipient.lost or self._users.window_is_open(recipient.identity, self._clock()):
            return None
        if self._switches.window_at_once:
            raise GraphError(code=131047)
        return 131047

    def check_known(self, message_id: object) -> None:
        """Raises GraphError unless this is the id of a message that was sent or received."""
        if not isinstance(message_id, str):
            raise GraphError(code=100, details="The parameter message_id is required.")
        if self._switches.known_ids_only and not self._users.knows_message(message_id):
            raise GraphError(code=131009, details=f"Message id {message_id} does not exist or is too old.")

    def _check_template(self, template: Json) -> None:
        registered = self._templates.find(template["name"], template["language"]["code"])
        if registered.status != "APPROVED":
            code = {"PAUSED": 132015, "DISABLED": 132016}.get(registered.status, 132001)
            raise GraphError(code=code, details=f"the template is {registered.status}")
        given, expected = len(body_parameters(template)), registered.count_variables()
        if given != expected:
            counts = f"({given}) does not match the expected number of params ({expected})"
            raise GraphError(code=132000, details=f"body: number of localizable_params {counts}")
