"""The function in this process, called through functions-framework's test client, with stand-ins as its services."""

import gc
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import functions_framework
import pytest
import resend
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from emulator import Json
from emulator.call_log import CallLog, LoggedCall
from emulator.faults import Faults
from emulator.function import ROOT, settings
from emulator.meta.customer import Customer
from emulator.meta.graph_api import Graph
from emulator.meta.sent_message import SentMessage, status_webhook
from emulator.meta.webhook_payload import encode, sign
from emulator.resend.resend_api import Resend
from emulator.serving import serve_in_thread
from emulator.stand_in import instrument
from emulator.supabase.postgres import Postgres
from emulator.supabase.project import supabase_app
from emulator.supabase.storage_api import Storage
from handlers.app import App
from state.model.outbox_row import Channel
from tests.support.database import POOL, fetch, kept_connection

PUBLIC_URL = "https://mostrador.example"
ANA = Customer(username=None)
BETO = Customer(name="Beto Gómez", wa_id="5491155550102", user_id="AR.b2b2b2b2b2", username=None)
_SETTLE_SECONDS = 60.0
_RUNNING: list[App] = []  # the instances of this test


@dataclass(frozen=True, slots=True, kw_only=True)
class Supabase:
    """The Data API and Storage, with a log of their calls and faults to inject."""

    url: str
    storage: Storage
    call_log: CallLog
    faults: Faults

    def calls(self) -> Counter[str]:
        """How often each function of the database was called."""
        return Counter(entry.path.rpartition("/")[2] for entry in self.call_log.complete())


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One instance of the function. `client` calls it through functions-framework; `desk` is its App."""

    client: FlaskClient
    graph: Graph
    desk: App

    def post(
        self, payload: Json | bytes, *, secret: str | None = None, header: str | None = None
    ) -> TestResponse:
        """Deliver a webhook as Meta does. `header` replaces the signature; "" omits it."""
        if isinstance(payload, bytes):
            body = payload
        else:
            self.graph.users.learn_payload(payload)
            body = encode(payload)
        given = sign(body, secret or self.graph.app_secret) if header is None else header
        headers = {"X-Hub-Signature-256": given} if given else {}
        return self.client.post("/", data=body, content_type="application/json", headers=headers)

    def say(self, text: str, customer: Customer = ANA) -> Json:
        """Send a text, which must be accepted. Returns the message, to deliver it again."""
        message = customer.text(text)
        assert self.post(customer.webhook(message)).status_code == 200
        return message

    def press(self, action: str, customer: Customer = ANA) -> Json:
        """Press the latest button for this action."""
        shown, button, title = next(
            (sent, button, title)
            for sent in reversed(self.graph.messages)
            for button, title in sent.choices.items()
            if button.split("/")[1] == action
        )
        message = customer.press(button, title, shown.wamid)
        assert self.post(customer.webhook(message)).status_code == 200
        return message

    def without_receipts(self) -> "Service":
        """Mark nothing as read from now on. For faults that are meant for replies."""
        receipts = self.desk.webhook.messages.receipts
        receipts.show_typing_unless = lambda answered, message: None  # type: ignore[method-assign]
        receipts.mark_later = lambda message: None  # type: ignore[method-assign]
        return self

    def fill_threads(self, *channels: Channel) -> None:
        """All threads for these channels are taken from now on."""
        self.desk.threads._limits.update(dict.fromkeys(channels, 0))

    def confirm(self, sent: SentMessage, name: str) -> TestResponse:
        """Meta reports a delivery status of a message."""
        return self.post(status_webhook(sent, name, time.time()))

    def open_ticket(self, customer: Customer = ANA) -> Json:
        """Report a problem and confirm it."""
        self.say("mi impresora no imprime y se traba", customer)
        settle()
        return self.press("yes", customer)


@dataclass(slots=True, kw_only=True)
class World:
    """The services around the function, empty for each test. settings: of every instance that is started from now on."""

    supabase: Supabase
    graph: Graph
    resend: Resend
    database_url: str
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    settings: dict[str, str] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    _started: list[Service] = field(default_factory=list)

    def start(self, target: str = "webhook", **environment: str) -> Service:
        """Start an instance: executes main.py again, with an empty memory."""
        given = settings("", PUBLIC_URL, self.graph, self.resend) | {
            "SUPABASE_URL": self.supabase.url,
            "GRAPH_API_URL": self.graph.url,
            "REPLY_BUDGET_SECONDS": "10",
        }
        for name, value in (given | self.settings | environment).items():
            self.monkeypatch.setenv(name, value)
        app = functions_framework.create_app(target, str(ROOT / "main.py"))  # type: ignore[no-untyped-call]
        service = Service(client=app.test_client(), graph=self.graph, desk=sys.modules["main"]._APP)
        self._started.append(service)
        _RUNNING.append(service.desk)
        return service

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """The rows of a query on the real database."""
        return fetch(kept_connection(self.database_url), statement, *values)

    def column(self, statement: str, *values: Any) -> list[Any]:
        """The first column of a query."""
        return [next(iter(row.values())) for row in self.rows(statement, *values)]

    def outbox(self) -> list[tuple[str, str, int]]:
        """(channel, status, attempts) of every row, in order."""
        found = self.rows("select channel, status, attempts from outbox order by id")
        return [(row["channel"], row["status"], row["attempts"]) for row in found]

    def make_due(self) -> None:
        """Let an hour pass for the outbox: rows become due, leases expire, pauses end."""
        self.rows(
            "with pauses as (update channel_pauses set paused_until = paused_until - interval '1 h', claim_at = null) "
            "update outbox set next_at = next_at - interval '1 h'"
        )

    def sweep(self) -> TestResponse:
        """Call the sweep on a new instance, as the scheduler does."""
        return self.start("sweep").client.post("/")

    def swept(self) -> Json:
        """The same. Returns how many rows had which outcome."""
        answer = self.sweep()
        assert answer.status_code == 200
        outcomes: Json = answer.get_json()["outcomes"]
        return outcomes

    def a_pause(self) -> None:
        """Nobody writes for a minute: no reply waits any more, and the next line of a customer is a first one."""
        settle()
        self.rows(
            "update conversations set session = session || jsonb_build_object('at', (session->>'at')::timestamptz - interval '1 min') "
            "where session ? 'at'"
        )
        for service in self._started:
            cache = service.desk.webhook.messages.processor.cache
            for key, known in list(cache._entries.items()):
                if at := known.session.at:
                    earlier = replace(known.session, at=at - timedelta(minutes=1))
                    cache._entries[key] = replace(known, session=earlier)

    def forget(self) -> None:
        """After a pause, delete logged calls, output and inbound rows; customers and conversations stay."""
        self.a_pause()
        self.supabase.call_log.clear()
        self.graph.call_log.clear()
        self.output()
        self.written.clear()
        self.rows("delete from inbound")

    def output(self) -> str:
        """Everything written to stdout and stderr so far."""
        captured = self.capsys.readouterr()
        self.written.append(captured.out + captured.err)
        return "".join(self.written)

    def log(self, event: str) -> list[Json]:
        """The log lines of this event."""
        lines = (json.loads(line) for line in self.output().splitlines())
        return [line for line in lines if line["event"] == event]

    def sends(self) -> list[LoggedCall]:
        """The calls to Meta that send a message."""
        return [entry for entry in self._graph_calls() if "status" not in entry.request]

    def receipts(self) -> list[LoggedCall]:
        """The calls to Meta that mark a message as read."""
        return [entry for entry in self._graph_calls() if "status" in entry.request]

    def bubbles(self) -> list[str]:
        """The texts of the messages sent, in order."""
        return [sent.text for sent in self.graph.messages]

    def close(self) -> None:
        """Release what the end of a process would release: open connections, frozen memory."""
        settle()
        gc.unfreeze()
        while self._started:
            desk = self._started.pop().desk
            desk.sweep.store.close()
            _RUNNING.remove(desk)

    def _graph_calls(self) -> list[LoggedCall]:
        return [entry for entry in self.graph.call_log.complete() if entry.method == "POST"]


def settle() -> None:
    """Wait until no instance does anything any more. What it has collected for later is done now, as at its end."""
    for desk in _RUNNING:
        assert desk.threads.drain(_SETTLE_SECONDS), "still running"


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until it holds by itself, as it will without `settle`."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never held"
        time.sleep(0.005)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Waits for the threads of a test: what they write after its end would not be captured."""
    try:
        return (yield)
    finally:
        if "world" in pyfuncitem.fixturenames:
            settle()


@pytest.fixture(scope="session")
def guarded_supabase(postgres: Postgres, shared_database: str, shared_storage: Storage) -> Iterator[Supabase]:
    call_log, faults = CallLog(), Faults()
    app = supabase_app(postgres.dsn(shared_database, "authenticator"), shared_storage, pool_size=POOL)
    # The lifespan events are passed on; only calls are logged and get faults.
    with serve_in_thread(instrument(app, call_log=call_log, faults=faults)) as url:
        yield Supabase(url=url, storage=shared_storage, call_log=call_log, faults=faults)


@pytest.fixture
def world(
    database: str,
    guarded_supabase: Supabase,
    graph: Graph,
    resend_standin: Resend,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[World]:
    guarded_supabase.call_log.clear()
    guarded_supabase.storage.clear()
    # The SDK reads its address from the environment once, at import.
    monkeypatch.setattr(resend, "api_url", resend_standin.url)
    world = World(
        supabase=guarded_supabase,
        graph=graph,
        resend=resend_standin,
        database_url=database,
        monkeypatch=monkeypatch,
        capsys=capsys,
    )
    yield world
    for faults in (guarded_supabase.faults, graph.faults, resend_standin.faults):
        faults.clear()
    world.close()


@pytest.fixture
def service(world: World) -> Service:
    """A new instance of the public function."""
    return world.start()
