"""The technicians: they work on tickets, on the ticket's page, through the Data API or by e-mail, and retry until they are answered."""

import re
import threading
import time
from collections.abc import Callable, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from random import Random
from typing import Any, Final

import httpx

from bench.chaos.mail_program import MailProgram
from bench.chaos.scenario import Scenario
from emulator.function import LINK_KEY
from emulator.supabase.project import SUPABASE_SECRET_KEY
from handlers.signed_links import SignedLinks
from state.model.technician import Technician

_TECHNICIANS: Final = 4
_MAILBOX: Final = Technician(address="soporte@example.com")  # of all, as emulator/function.py sets it
_TIMEOUT: Final = 15.0
_MAX_ATTEMPTS: Final = 60
_RETRY_SECONDS: Final = 0.5
_FIELD: Final = re.compile(r'name="(key|seen)" value="([^"]*)"')
# What may be done in which state. "take" on a waiting ticket would change it without touching the conversation.
_ACTIONS: Final = {
    "open": ("take", "ask", "answer", "resolve"),
    "in_progress": ("take", "ask", "answer", "resolve"),
    "waiting_customer": ("ask", "answer", "resolve"),
    "resolved": ("answer",),
}
_RESOLVED_TOO: Final = 0.1  # how often a resolved ticket may be chosen
_TEXT_SHARE: Final = {"take": 0.0, "ask": 1.0, "answer": 1.0, "resolve": 0.5}
_BY_MAIL: Final = 0.35  # of the actions, if there is an e-mail to answer
_ON_PAGE: Final = 0.7  # and this includes it
_REFUSED: Final = {404, 409, 422}


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicianAction:
    """`author` is different for each action, so that its event can be found."""

    author: str
    code: str
    action: str
    outcome: Outcome


class Technicians:
    """`run` it in a thread; it ends when they have done their share of the scenario, or nothing is left to work on."""

    def __init__(
        self,
        scenario: Scenario,
        api: str,
        page: Callable[[], str],
        program: MailProgram,
        written: Sized,
        stop: threading.Event,
    ) -> None:
        self.actions: list[TechnicianAction] = []
        self._scenario, self._api, self._page, self._written = scenario, api, page, written
        self._program, self._stop = program, stop
        self._begun = 0
        self._lock = threading.Lock()

    def run(self) -> None:
        with ThreadPoolExecutor(_TECHNICIANS, thread_name_prefix="technician") as pool:
            for job in [pool.submit(self._work, number) for number in range(_TECHNICIANS)]:
                job.result()

    def _work(self, number: int) -> None:
        random, share = self._scenario.random(f"technician/{number}"), self._scenario.actions
        total = self._scenario.messages
        with httpx.Client(timeout=_TIMEOUT, trust_env=False) as http:
            while self._begun < share * total and not self._stop.wait(0.05):
                written = len(self._written)
                ticket = self._choose_ticket(http, random) if self._begun < share * written else None
                if ticket:
                    self._act(http, ticket, random)
                elif written == total:
                    return

    def _choose_ticket(self, http: httpx.Client, random: Random) -> dict[str, Any] | None:
        states = [state for state in _ACTIONS if state != "resolved" or random.random() < _RESOLVED_TOO]
        answer = self._call(http, "list_tickets", {"p_statuses": states, "p_limit": 300})
        tickets: list[dict[str, Any]] = answer.json() if answer else []
        return random.choice(tickets) if tickets else None

    def _act(self, http: httpx.Client, ticket: dict[str, Any], random: Random) -> None:
        with self._lock:
            self._begun += 1
            author = f"T{self._begun:05d}"
        action = random.choice(_ACTIONS[ticket["status"]])
        text = f"{author}: prueba con otro cable" if random.random() < _TEXT_SHARE[action] else ""
        form, code, way = {"action": action, "text": text, "author": author}, ticket["code"], random.random()
        if way < _BY_MAIL and self._program.can_answer(code, action):
            self._program.answer(form, code, random, partial(self._tell_of_mail, http))
            return
        act = self._act_on_page if way < _ON_PAGE else self._act_by_call
        outcome = act(http, code, form)
        self.actions.append(TechnicianAction(author=author, code=code, action=action, outcome=outcome))

    def _act_on_page(self, http: httpx.Client, code: str, form: dict[str, str]) -> Outcome:
        path = SignedLinks("", [LINK_KEY]).ticket_page(code, _MAILBOX.id, datetime.now(UTC)).lstrip("/")
        page = _retry(lambda: http.get(self._page() + path), {200})
        if page is None:
            return Outcome.REFUSED  # nothing was sent
        filled = {**dict(_FIELD.findall(page.text)), **form}
        answer = _retry(lambda: http.post(self._page() + path, data=filled), {303, *_REFUSED})
        if answer is None:
            return Outcome.UNANSWERED
        return Outcome.DONE if answer.status_code == 303 else Outcome.REFUSED

    def _act_by_call(self, http: httpx.Client, code: str, form: dict[str, str]) -> Outcome:
        arguments = {f"p_{name}": value for name, value in form.items()}
        arguments |= {"p_code": code, "p_key": f"chaos/{form['author']}"}
        answer = self._call(http, "act_on_ticket", arguments)
        if answer is None:
            return Outcome.UNANSWERED
        return Outcome.DONE if answer.json()["result"] in {"done", "repeated"} else Outcome.REFUSED

    def _tell_of_mail(self, http: httpx.Client, body: bytes, headers: dict[str, str]) -> bool:
        """Resend's webhook."""
        said = _retry(lambda: http.post(f"{self._page()}mail", content=body, headers=headers), {200})
        return said is not None

    def _call(self, http: httpx.Client, name: str, arguments: dict[str, Any]) -> httpx.Response | None:
        url, headers = f"{self._api}/rest/v1/rpc/{name}", {"apikey": SUPABASE_SECRET_KEY}
        return _retry(lambda: http.post(url, json=arguments, headers=headers), {200})


def _retry(ask: Callable[[], httpx.Response], wanted: set[int]) -> httpx.Response | None:
    """The first answer with one of these statuses; None if there was none."""
    for _ in range(_MAX_ATTEMPTS):
        with suppress(httpx.TransportError):
            if (answer := ask()).status_code in wanted:
                return answer
        time.sleep(_RETRY_SECONDS)
    return None
