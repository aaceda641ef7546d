"""What Meta refuses because of who is written to, how often and when."""

from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.meta.errors import GraphError
from emulator.meta.message_rules import body_parameters
from emulator.meta.users import Book, Recipient
from emulator.meta.wire import Json
from emulator.rate_limit import Buckets

# Meta lets a burst borrow from the minutes after it; this counts the same, but forgives as it goes.
PAIR_BURST, PAIR_SECONDS = 45, 6.0
NUMBER_PER_SECOND = 80
LANGUAGES = ("es", "es_AR", "es_MX", "en", "en_US", "pt_BR")


@dataclass(slots=True, kw_only=True)
class Switches:
    """How strict Meta is and how much it reports; may be changed at any time.

    `echo`: the statuses that are posted, "read" among them if wanted; () is silence. `window`: how free text
    outside the 24 hours is refused: "later" (200, then failed 131047), "now" or "never". `allowed`: the only
    digits a test number may write to, None for a real number. `templates`: how many values the body of each
    approved template takes, by name and language.
    """

    echo: tuple[str, ...] = ("sent", "delivered", "failed")
    echo_seconds: float = 0.02
    window: str = "later"
    allowed: tuple[str, ...] | None = None
    pair_limit: bool = True
    number_limit: bool = True
    known_ids_only: bool = True
    templates: dict[str, dict[str, int]] = field(
        default_factory=lambda: {"ticket_update": dict.fromkeys(LANGUAGES, 2)}
    )


class Gate:
    def __init__(self, book: Book, clock: Callable[[], float]) -> None:
        self.switches = Switches()
        self._book = book
        self._clock = clock
        self._pairs = Buckets(burst=PAIR_BURST, seconds=PAIR_SECONDS, clock=clock)
        self._number = Buckets(burst=NUMBER_PER_SECOND, seconds=1 / NUMBER_PER_SECOND, clock=clock)

    def check(self, recipient: Recipient) -> None:
        """Raises GraphError 131030, 130429 or 131056."""
        # The list of a test number is compared digit by digit: the other form of the same number is refused.
        allowed = self.switches.allowed
        if allowed is not None and recipient.phone and recipient.phone not in allowed:
            raise GraphError(code=131030)
        if self.switches.number_limit and self._number.take("number"):
            raise GraphError(code=130429)
        if self.switches.pair_limit and self._pairs.take(recipient.identity):
            raise GraphError(code=131056)

    def failing(self, message: Json, recipient: Recipient) -> int | None:
        """The code with which an accepted message will be reported as failed; raises GraphError."""
        if message.get("type") == "template":
            self._check_template(message["template"])
            return None
        if self.switches.window == "never" or recipient.lost:
            return None
        if self._book.window_is_open(recipient.identity, self._clock()):
            return None
        if self.switches.window == "now":
            raise GraphError(code=131047)
        return 131047

    def check_known(self, message_id: object) -> None:
        """Raises GraphError unless this is the id of a message that came or went."""
        if not isinstance(message_id, str):
            raise GraphError(code=100, details="The parameter message_id is required.")
        if self.switches.known_ids_only and not self._book.knows(message_id):
            raise GraphError(code=131009, details=f"Message id {message_id} does not exist or is too old.")

    def _check_template(self, template: Json) -> None:
        name, language = template["name"], template["language"]["code"]
        expected = self.switches.templates.get(name, {}).get(language)
        given = body_parameters(template)
        if expected is None:
            raise GraphError(code=132001, details=f"template name ({name}) does not exist in {language}")
        if given != expected:
            counts = f"({given}) does not match the expected number of params ({expected})"
            raise GraphError(code=132000, details=f"body: number of localizable_params {counts}")
