"""Signed links to a ticket's page: which ticket, for what, for which technician, until when, and by which key."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

from itsdangerous import BadData, URLSafeSerializer

LIFETIME: Final = timedelta(days=30)
# Of every link, whatever comes before it: the code of a ticket, in base 64. Nobody writes this.
TOKEN_BEGINNING: Final = urlsafe_b64encode(b'["TK-').decode()[:6]
_PURPOSE: Final = "ticket-page"


class LinkError(Exception):
    """A link that opens no page."""


class LinkForged(LinkError):
    """We did not make this link, or it was changed: nothing in it is read."""


class LinkExpired(LinkError):
    """We made this link, and it has expired. code: the ticket's; technician: the id of whom it was made for."""

    def __init__(self, code: str, technician: str) -> None:
        super().__init__(code)
        self.code = code
        self.technician = technician


class SignedLinks:
    """Makes and reads links. The first key signs; links signed with any key are valid (two during a rotation)."""

    def __init__(self, public_url: str, keys: Sequence[str]) -> None:
        self._public_url = public_url
        self.root = f"{urlsplit(public_url).path}/t/"
        self._serializer = URLSafeSerializer(list(reversed(keys)), salt=_PURPOSE)

    def ticket_page(self, code: str, technician: str, now: datetime) -> str:
        """The URL of a ticket's page for the technician with this id, valid for 30 days."""
        token = self._serializer.dumps([code, technician, int((now + LIFETIME).timestamp())])
        return f"{self._public_url}/t/{token if isinstance(token, str) else token.decode()}/"

    def path(self, token: str) -> str:
        """The path of a link's page on our own host."""
        return f"{self.root}{quote(token, safe='')}/"

    def read(self, token: str, now: datetime) -> tuple[str, str]:
        """The ticket's code and the technician's id. Raises LinkForged or LinkExpired."""
        try:
            content: Any = self._serializer.loads(token)
            code, technician, until = str(content[0]), str(content[1]), int(content[2])
        except (BadData, IndexError, KeyError, OverflowError, TypeError, ValueError):
            raise LinkForged from None
        if now.timestamp() > until:
            raise LinkExpired(code, technician)
        return code, technician
