"""The technicians: they take, ask, answer and resolve, on a ticket's page or through the Data API, and never give up half-way."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from random import Random
from typing import Any, Final

import httpx

from bench.chaos.plan import Plan
from emulator.function import LINK_KEY
from emulator.supabase.keys import SUPABASE_SECRET_KEY
from handlers.signed_links import SignedLinks

_AT_ONCE: Final = 4
_PATIENCE: Final = 15.0
_TRIES: Final = 60
_PAUSE_SECONDS: Final = 0.5
_FIELD: Final = re.compile(r'name="(key|seen)" value="([^"]*)"')
# What may be done in which state; taken up again without a word, a waiting ticket would not touch the conversation.
_CHOICES: Final = {
    "open": ("take", "ask", "answer", "resolve"),
    "in_progress": ("take", "ask", "answer", "resolve"),
    "waiting_customer": ("ask", "answer", "resolve"),
    "resolved": ("answer",),
}
_WORDS: Final = {
    "take": 0.5,
    "ask": 1.0,
    "answer": 1.0,
    "resolve": 0.5,
}  # how often something is said with it
_REFUSED: Final = {404, 409, 422}

Url = Callable[[], str | None]


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a technician wanted to do. `author`: nobody else's, so that it is found again."""

    author: str
    code: str
    action: str
    outcome: Outcome


class Technicians:
    """All of them. `run` it in a thread; it ends soon after `close`, with what is in hand."""

    def __init__(self, plan: Plan, api: Url, page: Url, written: Callable[[], int]) -> None:
        self.deeds: list[Deed] = []
        self._plan, self._api, self._page, self._written = plan, api, page, written
        self._begun = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def close(self) -> None:
        """Nobody begins anything more."""
        self._closing.set()

    def run(self) -> None:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="technician") as pool:
            for job in [pool.submit(self._work, number) for number in range(_AT_ONCE)]:
                job.result()

    def _work(self, number: int) -> None:
        dice = self._plan.dice(f"technician/{number}")
        with httpx.Client(timeout=_PATIENCE, trust_env=False) as http:
            while not self._closing.wait(0.05):
                if self._due() and (ticket := self._some_ticket(http, dice)):
                    self._do(http, ticket, dice)

    def _due(self) -> bool:
        return self._begun < self._plan.deeds * self._written()

    def _some_ticket(self, http: httpx.Client, dice: Random) -> dict[str, Any] | None:
        """Any of the latest that are worked on; now and then one that is resolved."""
        states = (
            list(_CHOICES) if dice.random() < 0.1 else [state for state in _CHOICES if state != "resolved"]
        )
        answer = self._call(http, "list_tickets", {"p_statuses": states, "p_limit": 100})
        tickets = answer.json() if answer and answer.is_success else []
        return dice.choice(tickets) if tickets else None

    def _do(self, http: httpx.Client, ticket: dict[str, Any], dice: Random) -> None:
        with self._lock:
            self._begun += 1
            author = f"T{self._begun:05d}"
        action = dice.choice(_CHOICES[ticket["status"]])
        text = f"{author}: prueba con otro cable" if dice.random() < _WORDS[action] else ""
        do = self._on_the_page if dice.random() < 0.5 else self._by_call
        outcome = do(http, ticket["code"], {"action": action, "text": text, "author": author})
        self.deeds.append(Deed(author=author, code=ticket["code"], action=action, outcome=outcome))

    def _on_the_page(self, http: httpx.Client, code: str, form: dict[str, str]) -> Outcome:
        """Reads it, fills in the form, and sends that form until there is an answer."""
        path = SignedLinks("", [LINK_KEY]).ticket_page(code, datetime.now(UTC)).lstrip("/")
        shown = self._until(lambda: self._visit(http, path), {200})
        if shown is None:
            return Outcome.REFUSED  # nothing was sent
        filled = {**dict(_FIELD.findall(shown.text)), **form}
        answer = self._until(lambda: self._visit(http, path, filled), {303, *_REFUSED})
        if answer is None:
            return Outcome.UNANSWERED
        return Outcome.DONE if answer.status_code == 303 else Outcome.REFUSED

    def _by_call(self, http: httpx.Client, code: str, form: dict[str, str]) -> Outcome:
        arguments = {f"p_{name}": value for name, value in form.items()}
        asked = {"p_code": code, "p_key": f"chaos/{form['author']}", **arguments}
        answer = self._until(lambda: self._call(http, "work_ticket", asked), {200})
        if answer is None:
            return Outcome.UNANSWERED
        return Outcome.DONE if answer.json()["result"] in {"done", "repeated"} else Outcome.REFUSED

    def _until(self, ask: Callable[[], httpx.Response | None], wanted: set[int]) -> httpx.Response | None:
        for _ in range(_TRIES):
            answer = ask()
            if answer is not None and answer.status_code in wanted:
                return answer
            time.sleep(_PAUSE_SECONDS)
        return None

    def _visit(
        self, http: httpx.Client, path: str, form: dict[str, str] | None = None
    ) -> httpx.Response | None:
        url = self._page()
        if url is None:
            return None
        return _ask(lambda: http.get(url + path) if form is None else http.post(url + path, data=form))

    def _call(self, http: httpx.Client, name: str, arguments: dict[str, Any]) -> httpx.Response | None:
        headers = {"apikey": SUPABASE_SECRET_KEY}
        url = f"{self._api()}/rest/v1/rpc/{name}"
        return _ask(lambda: http.post(url, json=arguments, headers=headers))


def _ask(send: Callable[[], httpx.Response]) -> httpx.Response | None:
    try:
        return send()
    except httpx.TransportError:
        return None
