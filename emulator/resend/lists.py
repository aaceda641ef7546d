"""Lists as Resend gives them, a page at a time: https://resend.com/docs/api-reference/pagination"""

from collections.abc import Sequence

from starlette.datastructures import QueryParams

from emulator import Json
from emulator.resend.email_rules import ResendError

MAX_PAGE = 100


def listed(items: Sequence[Json], query: QueryParams, default: int = 20) -> Json:
    """The page of `items`, which have ids, that the query asks for with `limit` and `after` or `before`.

    default: how many without a `limit`. Raises ResendError.
    """
    limit = _limit(query.get("limit"), default)
    if "after" in query and "before" in query:
        raise ResendError(422, "validation_error", "You can only use either `after` or `before`, not both.")
    rest, backwards = _rest(items, query), "before" in query
    page = rest[-limit:] if backwards else rest[:limit]
    return {"object": "list", "has_more": len(rest) > len(page), "data": list(page)}


def _limit(given: str | None, default: int) -> int:
    if given is None:
        return default
    if not given.isdecimal() or not 1 <= int(given) <= MAX_PAGE:
        raise ResendError(422, "validation_error", f"The `limit` must be a number from 1 to {MAX_PAGE}.")
    return int(given)


def _rest(items: Sequence[Json], query: QueryParams) -> Sequence[Json]:
    """What comes after, or before, the item with the given id."""
    cursor = query.get("after") or query.get("before")
    if cursor is None:
        return items
    place = next((number for number, item in enumerate(items) if item["id"] == cursor), None)
    if place is None:
        raise ResendError(422, "validation_error", "The cursor is not the id of one of these.")
    return items[:place] if "before" in query else items[place + 1 :]
