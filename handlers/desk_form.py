"""What is asked of the list of tickets: the tab and the place in an address, the words of a search in a posted form."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flask import Request

from handlers.ticket_form import posted
from messages.safe_text import clean, cut, one_line
from state.model.desk import DeskQuery, DeskTab
from state.model.ticket_code import find_all, is_code

MAX_WORDS: Final = 200  # UTF-16 units of a search
MAX_ABSENCE: Final = timedelta(days=366)
_PLACE: Final = re.compile(
    r"[0-9]{1,17}-[0-9]{1,18}", re.ASCII
)  # microseconds and a number, which fit Postgres's bigint


def asked_by_address(request: Request) -> DeskQuery:
    """Of a page that is opened: a tab and a place in it, and never a word. What is malformed is left out."""
    tab = next((tab for tab in DeskTab if tab == request.args.get("tab")), DeskTab.UNTAKEN)
    return DeskQuery(tab=tab, after=_place(request.args.get("after", "")))


def asked_ticket(request: Request) -> str | None:
    """The code of a ticket whose page is asked for, or (`next`) the page of the one after it."""
    code = request.args.get("ticket") or request.args.get("next") or ""
    return code if is_code(code) else None


def asked_by_form(request: Request) -> DeskQuery:
    """Of a search. Words stand in no address: the platform logs those."""
    given = posted(request)
    words = cut(one_line(clean(given.get("words", ""))), MAX_WORDS)
    codes = tuple(found.code for found in find_all(words).codes if found.valid)
    return DeskQuery(tab=DeskTab.ALL, words=words, codes=codes, after=_place(given.get("after", "")))


def asked_absence(request: Request, now: datetime, tz: ZoneInfo) -> datetime | None:
    """The beginning of the day on which a technician is back; None if they are. Raises ValueError if that day is not to come, or is
    more than a year away.
    """
    given = posted(request)
    if "back" in given:
        return None
    day = date.fromisoformat(given.get("away", ""))
    today = now.astimezone(tz).date()
    if not today < day <= today + MAX_ABSENCE:
        raise ValueError(day)
    return datetime.combine(day, time(), tz)


def _place(given: str) -> str | None:
    return given if _PLACE.fullmatch(given) else None
