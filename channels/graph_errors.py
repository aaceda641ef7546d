"""Maps Meta's error codes to results: the code decides what happens next, never the text of the error.

Source: Meta's error code table and its retry rules (in the docs of the Cloud API, as of 2026-11).
"""

from dataclasses import replace
from typing import Any, Final

from state.model.outbox_row import Outcome, Result

NO_SUCH_OBJECT: Final = 33
# Only the whole account or number can be meant, so no message would get through. Seconds until the next one probes again.
_PAUSED: Final = {
    **dict.fromkeys((0, 190), 60),  # token
    **dict.fromkeys((4, 80007), 60),  # too many calls: of the app, of the business account
    **dict.fromkeys((33, 131042, 131045, 133010), 300),  # number id gone, payment, not registered
    **dict.fromkeys((368, 131031, 131037), 600),  # account restricted, display name
    **dict.fromkeys((131048, 131064), 600),  # spam restriction of the number
}
# A permission is missing: for everybody, or for this recipient. `judge_refusal` in supabase/schemas/55_sending.sql decides.
_REFUSED: Final = frozenset({3, 10, 131005, *range(200, 300)})

# Certainly not sent; worth another attempt. Seconds to wait, or None for the outbox's own back-off.
_RETRY: Final[dict[int, float | None]] = {
    1: None,
    2: None,
    131000: None,
    130429: None,  # throughput of the number
    131016: None,
    131057: 60,  # number in maintenance
    133004: None,
    134101: 600,  # template still syncing
}
# All that is wrong with a template: paused, disabled, not found in this language, other parameters, ...
_TEMPLATE: Final = frozenset(range(132000, 132100))
_TEMPLATE_SECONDS: Final = 3600.0  # until it is tried again: somebody may have mended it
_PAIR_LIMIT: Final = 131056
_WINDOW_CLOSED: Final = 131047
_MAX_PAIR_LIMIT_SECONDS: Final = 4**6

# These prove that the message was not accepted, even with an HTTP status of 5xx. 1 and 131000 prove nothing: Meta gives no
# cause for them.
_CERTAIN: Final = frozenset(
    {_PAIR_LIMIT, _WINDOW_CLOSED, *_PAUSED, *_REFUSED, *_RETRY, *_TEMPLATE} - {1, 131000}
)


def error_code(data: Any) -> int | None:
    """The code of Graph's error answer; None if `data` is none."""
    try:
        code, subcode = data["error"]["code"], data["error"].get("error_subcode")
    except (AttributeError, KeyError, TypeError):
        return None
    # "100, subcode 33" means a wrong id (of a number, a file), or one our token may not use: nothing is wrong with the request.
    if (code, subcode) == (100, NO_SUCH_OBJECT):
        return NO_SUCH_OBJECT
    return code if type(code) is int else None  # isinstance would take true for an int


def refuses(code: int) -> bool:
    """Return True if this code alone proves that the message was not accepted."""
    return code in _CERTAIN


def result_of(code: int, attempts: int) -> Result:
    """The result of a refusal with this code. attempts: how often the row has been tried, this attempt included."""
    error = f"meta {code}"
    if code == _WINDOW_CLOSED:
        return Result(outcome=Outcome.WINDOW, error=error)
    if code == _PAIR_LIMIT:  # Meta: retry after 4^X seconds
        seconds = float(min(4 ** max(attempts, 1), _MAX_PAIR_LIMIT_SECONDS))
        return Result(outcome=Outcome.RETRY, error=error, retry_seconds=seconds)
    if code in _PAUSED:
        return Result(outcome=Outcome.PAUSED, error=error, retry_seconds=float(_PAUSED[code]))
    if code in _REFUSED:
        return Result(outcome=Outcome.REFUSED, error=error)
    if code in _RETRY:
        return Result(outcome=Outcome.RETRY, error=error, retry_seconds=_RETRY[code])
    if code in _TEMPLATE:
        return Result(outcome=Outcome.HELD, error=error, retry_seconds=_TEMPLATE_SECONDS)
    return Result(outcome=Outcome.DEAD, error=error)


def result_of_failure(code: int | None) -> Result:
    """The result of a `failed` status, which arrives after Meta accepted the message.

    It never pauses the channel: if the whole account is refused, the row's next attempt finds out.
    """
    if code is None:
        return Result(outcome=Outcome.DEAD, error="meta failed, no code")
    result = result_of(code, attempts=1)
    if result.outcome in {Outcome.PAUSED, Outcome.REFUSED}:
        return replace(result, outcome=Outcome.RETRY)
    return result
