"""Signed access to the list of all tickets: the link that is mailed to a technician, and the cookie behind its button.

Both name a technician, an expiry and the epoch of the desk (supabase/schemas/45_desk_access.sql), and neither opens what the
other does. The first key signs, and any key of the setting opens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

from itsdangerous import BadData, URLSafeSerializer

from handlers.signed_links import LinkError, LinkForged

COOKIE: Final = "desk"
LINK_LIFETIME: Final = timedelta(minutes=15)
COOKIE_LIFETIME: Final = timedelta(days=30)


class DeskLinkExpired(LinkError):
    """We made this link or cookie, and it has expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAccess:
    """What was signed. technician: their id; epoch: whether it still holds is known to the database."""

    technician: str
    epoch: int


class DeskLinks:
    """Makes and reads links and cookies. root: the path of the list on our own host; cookie_path: where the cookie is sent, which is
    to the pages of tickets, too.
    """

    def __init__(self, public_url: str, keys: Sequence[str]) -> None:
        self.url = f"{public_url}/desk/"
        self.cookie_path = f"{urlsplit(public_url).path}/"
        self.root = f"{self.cookie_path}desk/"
        signing = list(reversed(keys))
        self._links = URLSafeSerializer(signing, salt="desk-link")
        self._cookies = URLSafeSerializer(signing, salt="desk-cookie")

    def link(self, access: DeskAccess, now: datetime) -> str:
        """The URL that is mailed, valid for 15 minutes."""
        return f"{self.url}{_signed(self._links, access, now + LINK_LIFETIME)}/"

    def cookie(self, access: DeskAccess, now: datetime) -> str:
        """The value of the cookie, valid for 30 days."""
        return _signed(self._cookies, access, now + COOKIE_LIFETIME)

    def path(self, token: str) -> str:
        """The path of a link's page on our own host."""
        return f"{self.root}{quote(token, safe='')}/"

    def ticket(self, code: str) -> str:
        """The path that leads who has the cookie to a ticket's page."""
        return f"{self.root}?ticket={code}"

    def access(self, cookies: Mapping[str, str], now: datetime) -> DeskAccess | None:
        """What a browser's cookie says. None if it has none, or not a valid one."""
        try:
            return self.read_cookie(cookies.get(COOKIE, ""), now)
        except LinkError:
            return None

    def read_link(self, token: str, now: datetime) -> DeskAccess:
        """Raises LinkForged or DeskLinkExpired."""
        return _read(self._links, token, now)

    def read_cookie(self, value: str, now: datetime) -> DeskAccess:
        """Raises LinkForged or DeskLinkExpired."""
        return _read(self._cookies, value, now)


def _signed(serializer: URLSafeSerializer, access: DeskAccess, until: datetime) -> str:
    token = serializer.dumps([access.technician, access.epoch, int(until.timestamp())])
    return token if isinstance(token, str) else token.decode()


def _read(serializer: URLSafeSerializer, token: str, now: datetime) -> DeskAccess:
    try:
        content: Any = serializer.loads(token)
        access, until = DeskAccess(technician=str(content[0]), epoch=int(content[1])), int(content[2])
    except (BadData, IndexError, KeyError, OverflowError, TypeError, ValueError):
        raise LinkForged from None
    if now.timestamp() > until:
        raise DeskLinkExpired
    return access
