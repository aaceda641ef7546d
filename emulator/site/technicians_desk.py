"""What the page must know of the desk, and the way of a technician to the list of tickets: the one that they have in production."""

import asyncio
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from emulator import Json
from emulator.resend.resend_api import Resend
from emulator.site.request_body import Body, Line, Refused
from handlers.desk_links import DeskLinks
from handlers.settings import Settings
from handlers.signed_links import LinkError
from state.model.language import Language
from state.model.technician import Technician

TEXTS = Path(__file__).with_name("page") / "texts"
_MAIL_SECONDS = 5.0
_POLL_SECONDS = 0.05
_TIME_TO_OPEN = timedelta(minutes=1)


class ListRequest(Body):
    """technician: an address of the setting, in lower case."""

    technician: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class TechniciansDesk:
    """The settings are those of the function. whatsapp: number and link of real WhatsApp; None where it is a stand-in."""

    settings: Settings
    resend: Resend
    whatsapp: Json | None = None

    def as_json(self) -> Json:
        """The page's language is the desk's, its times are in the desk's zone, and its mailboxes are the technicians'.

        E-mails that ask for answers at `answer_domain` can be answered.
        """
        language = self.settings.default_language
        return {
            "language": language,
            "texts": texts(language),
            "whatsapp": self.whatsapp,
            "answer_domain": self.settings.answer_domain,
            "timezone": self.settings.support_timezone.key,
            "technicians": [
                {"address": each.address.lower(), "name": each.name} for each in self.settings.technicians
            ],
        }

    async def list_address(self, request: ListRequest, cookies: Mapping[str, str]) -> str | None:
        """Where the list opens as this technician's: their mailed link, or the list itself if the browser has their cookie.

        None if the link's e-mail has not arrived. Raises Refused.
        """
        technician = self._technician(request.technician)
        access = self._links.access(cookies, datetime.now(UTC))
        if access is not None and access.technician == technician.id:
            return self._links.url
        return self._mailed_link(technician) or await self._new_link(technician)

    @property
    def _links(self) -> DeskLinks:
        return DeskLinks(self.settings.public_url, self.settings.link_signing_keys)

    def _technician(self, address: str) -> Technician:
        found = next((each for each in self.settings.technicians if each.address.lower() == address), None)
        if found is None:
            raise Refused(f"{address} is no technician")
        return found

    def _mailed_link(self, technician: Technician) -> str | None:
        """The newest in their mailbox, if it will not expire before it is opened."""
        link = re.compile(re.escape(self._links.url) + r"([^/\s]+)/")
        for mail in reversed(self.resend.messages):
            if technician.address.lower() in map(str.lower, mail.to) and (
                found := link.search(mail.text or "")
            ):
                return found[0] if self._opens(found[1]) else None
        return None

    def _opens(self, token: str) -> bool:
        try:
            self._links.read_link(token, datetime.now(UTC) + _TIME_TO_OPEN)
        except LinkError:
            return False
        return True

    async def _new_link(self, technician: Technician) -> str | None:
        """Asks for it with the form of the list's page, and waits for the e-mail."""
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                await client.post(self._links.url, data={"address": technician.address})
            except httpx.TransportError as error:
                message = f"the function could not be called: {type(error).__name__}"
                raise Refused(message, key="error.no_function") from None
        deadline = time.monotonic() + _MAIL_SECONDS
        while (link := self._mailed_link(technician)) is None and time.monotonic() < deadline:
            await asyncio.sleep(_POLL_SECONDS)
        return link


def texts(language: Language) -> dict[str, str]:
    """The page's own texts by key; in Spanish if it has none in this language."""
    file = TEXTS / f"{language}.json"
    found: dict[str, str] = json.loads((file if file.exists() else TEXTS / "es.json").read_text("utf-8"))
    return found
