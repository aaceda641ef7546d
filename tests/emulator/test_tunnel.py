"""`python -m emulator --tunnel`: a real Meta (here a second stand-in), a tunnel, and everything else on this machine."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from dotenv import dotenv_values

from emulator import EmulatorError
from emulator.function import LINK_KEY, SWEEP_TOKEN, VERIFY_TOKEN
from emulator.meta.account import Subscription
from emulator.meta.customer import Customer
from emulator.meta.graph_api import Graph
from emulator.meta.webhook_delivery import WebhookDelivery
from emulator.resend.resend_api import Resend
from emulator.serving import free_port
from emulator.tunnel import public_address
from ops.commands.webhook import FIELDS
from tests.support.paths import ROOT
from tests.support.tunnel import THEIR_TOKEN, another_desk, tunnel_to

TOKEN, SECRET = "EAAof-a-real-app", "f" * 32
READY = "doctor"  # in the last line of the welcome
SECONDS = 60.0


@pytest.fixture
def meta(graph: Graph) -> Graph:
    """Real to the function: not with the credentials of the stand-in that the emulator brings."""
    graph.account.access_token, graph.account.app_secret = TOKEN, SECRET
    return graph


@dataclass(slots=True, kw_only=True)
class Laptop:
    """The emulator as it is started with a tunnel. No setting of Meta's but those given is in its environment."""

    meta: Graph
    data: Path
    port: int
    tunnel: str
    said: list[str] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None

    @property
    def folder(self) -> Path:
        return self.data / "tunnel"

    def environment(self, **changed: str) -> dict[str, str]:
        given = {
            "WHATSAPP_ACCESS_TOKEN": TOKEN,
            "WHATSAPP_APP_SECRET": SECRET,
            "WHATSAPP_PHONE_NUMBER_ID": self.meta.phone_number_id,
            "WHATSAPP_VERIFY_TOKEN": THEIR_TOKEN,
            "WHATSAPP_APP_ID": "",
            "WHATSAPP_BUSINESS_ACCOUNT_ID": "",
            "GRAPH_API_URL": self.meta.url,
        }
        return {**os.environ, **given, **changed}

    def command(self, *words: str) -> list[str]:
        tunnel = ["--tunnel", self.tunnel, "--tunnel-port", str(self.port)]
        return [sys.executable, "-m", "emulator", "--data", str(self.data), "--port", "0", *tunnel, *words]

    def start(self, *words: str) -> None:
        self._process = subprocess.Popen(
            self.command(*words),
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)
            if READY in line:
                return
        raise AssertionError("".join(self.said))

    def refused(self, *words: str, **changed: str) -> str:
        """What it says when it does not start."""
        ended = subprocess.run(
            self.command(*words),
            cwd=ROOT,
            env=self.environment(**changed),
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert ended.returncode == 1, ended.stdout
        assert "Traceback" not in ended.stderr
        return ended.stderr

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )

    def end(self, signum: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        process, self._process = self._process, None
        if process is None:
            return 0, ""
        process.send_signal(signum)
        rest, _ = process.communicate(timeout=SECONDS)
        return process.returncode, rest


@pytest.fixture
def laptop(meta: Graph, tmp_path: Path) -> Iterator[Laptop]:
    port = free_port()
    with tunnel_to(port) as address:
        laptop = Laptop(meta=meta, data=tmp_path, port=port, tunnel=address)
        yield laptop
        laptop.end(signal.SIGKILL)


@dataclass(slots=True)
class Phone:
    """A customer whose messages real Meta delivers to whatever address the app has."""

    meta: Graph
    delivery: WebhookDelivery

    def says(self, text: str) -> list[int]:
        customer = Customer(business=self.meta.business)
        subscription = self.meta.account.subscription
        assert subscription is not None
        self.delivery.url = subscription.callback_url
        delivered: Future[list[int]] = self.delivery.deliver(customer.webhook(customer.text(text)))
        return delivered.result(SECONDS)

    def hears(self, count: int) -> list[str]:
        deadline = time.monotonic() + SECONDS
        while len(self.meta.messages) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return [sent.text for sent in self.meta.messages]


@pytest.fixture
def phone(meta: Graph) -> Iterator[Phone]:
    delivery = WebhookDelivery(None, SECRET, on_payload=meta.users.learn_payload)
    yield Phone(meta, delivery)
    delivery.close()


def state(meta: Graph) -> tuple[Subscription | None, list[str], str]:
    account = meta.account
    return account.subscription, list(account.subscribed), account.override


def changes(meta: Graph) -> int:
    return sum(entry.method != "GET" for entry in meta.call_log.all())


def test_a_real_phone_talks_to_this_machine(laptop: Laptop, phone: Phone, meta: Graph) -> None:
    before = state(meta)
    laptop.start()
    number = f"+{meta.business.display_phone_number}"
    assert f"Write to {number} from WhatsApp" in laptop.said[0]
    taken = meta.account.subscription
    assert taken == Subscription(callback_url=f"{laptop.tunnel}/", fields=FIELDS)

    assert phone.says("hola, no me anda la impresora") == [200]
    (bubble,) = phone.hears(1)
    assert "no me anda la impresora" in bubble

    nothing_is_played(laptop, number)
    links_lead_through_the_tunnel_with_keys_of_its_own(laptop)
    the_doctor_is_content(laptop)

    code, rest = laptop.end(signal.SIGINT)
    assert (code, "delivers to nobody, as before" in rest) == (0, True), rest
    assert state(meta) == before
    assert not (laptop.folder / "running.json").exists()
    assert not (laptop.folder / "env").exists()


def nothing_is_played(laptop: Laptop, number: str) -> None:
    """Neither `say` nor the page has a customer: who was invented has a telephone number, which may be somebody's."""
    said = laptop.run("emulator", "say", "hola", "--data", str(laptop.data))
    assert said.returncode == 1
    assert said.stderr == f"With TUNNEL there is no stand-in for WhatsApp: write to {number} from a phone.\n"
    page = json.loads((laptop.folder / "running.json").read_text())["address"]
    desk = httpx.get(f"{page}/emulator/desk", trust_env=False).json()
    assert desk["whatsapp"]["number"] == number
    for path, body in (
        ("say", {"text": "hola", "phone": "5491155550101"}),
        ("actions", {"customer": "5491155550101", "do": "text", "text": "hola"}),
        ("customers", {"name": "Eva", "phone": "5491155550109", "bsuid": "AR.eva"}),
        ("switches", {"graph": "down"}),
        ("function", {"do": "kill_between"}),
    ):
        answer = httpx.post(f"{page}/emulator/{path}", json=body, trust_env=False)
        assert (answer.status_code, number in answer.json()["error"]) == (409, True), path
    assert httpx.post(f"{page}/emulator/function", json={"do": "sweep"}, trust_env=False).status_code == 200


def links_lead_through_the_tunnel_with_keys_of_its_own(laptop: Laptop) -> None:
    env = dotenv_values(laptop.folder / "env", interpolate=False)
    assert (laptop.folder / "env").stat().st_mode & 0o777 == 0o600
    assert (laptop.folder / "keys.json").stat().st_mode & 0o777 == 0o600
    assert env["PUBLIC_URL"] == laptop.tunnel
    known = {LINK_KEY, SWEEP_TOKEN, VERIFY_TOKEN, Resend().webhook_secret, THEIR_TOKEN}
    assert not known & {*env.values()}


def the_doctor_is_content(laptop: Laptop) -> None:
    ended = laptop.run("ops", "--env", str(laptop.folder / "env"), "doctor")
    assert (ended.returncode, "0 wrong" in ended.stdout) == (0, True), ended.stdout + ended.stderr


def test_taken_from_another_desk_and_given_back(laptop: Laptop, phone: Phone, meta: Graph) -> None:
    with another_desk() as desk:
        meta.account.subscribe(desk.url, ("messages", "flows"))
        meta.account.override = f"{desk.url}override"
        before = state(meta)

        refused = laptop.refused()
        assert desk.url in refused
        assert "OVERRIDE=1" in refused
        assert (state(meta), changes(meta)) == (before, 0)

        laptop.start("--override")
        assert meta.account.override == ""
        assert meta.account.subscription is not None
        assert set(meta.account.subscription.fields) == {*FIELDS, "flows"}
        assert phone.says("hola") == [200]
        assert len(phone.hears(1)) == 1
        code, rest = laptop.end(signal.SIGHUP)  # the terminal was closed
        assert (code, f"delivers to {desk.url} again" in rest) == (0, True), rest
        assert state(meta) == before


@pytest.mark.slow
def test_killed_it_is_put_back_by_a_command_and_by_the_next_run(laptop: Laptop, meta: Graph) -> None:
    with another_desk() as desk:
        meta.account.subscribe(desk.url, ("messages",))
        before = state(meta)
        laptop.start("--override")
        laptop.end(signal.SIGKILL)
        assert state(meta) != before
        done = laptop.run("emulator", "restore", "--data", str(laptop.data))
        assert (done.returncode, done.stdout) == (0, f"Meta: the app delivers to {desk.url} again.\n")
        assert state(meta) == before
        again = laptop.run("emulator", "restore", "--data", str(laptop.data))
        assert again.stdout == "There is nothing to put back.\n"

        laptop.start("--override")
        laptop.end(signal.SIGKILL)
        assert "OVERRIDE=1" in laptop.refused()  # only after it has put back what was there
        assert state(meta) == before


@pytest.mark.slow
def test_what_cannot_be_put_back_is_said_and_kept(laptop: Laptop, meta: Graph) -> None:
    with another_desk() as desk:
        meta.account.subscribe(desk.url, ("messages",))
        before = state(meta)
        laptop.start("--override")
        desk.away = True
        code, rest = laptop.end(signal.SIGTERM)
        assert code == 1
        assert f"{desk.url} could not be put back" in rest
        assert "python -m emulator restore" in rest
        desk.away = False
        assert laptop.run("emulator", "restore", "--data", str(laptop.data)).returncode == 0
        assert state(meta) == before


def test_a_tunnel_that_leads_elsewhere(laptop: Laptop, meta: Graph) -> None:
    with another_desk() as elsewhere:
        laptop.tunnel = elsewhere.url.rstrip("/")
        refused = laptop.refused()
    assert f"does not lead to http://127.0.0.1:{laptop.port}" in refused
    assert f"cloudflared tunnel --url http://127.0.0.1:{laptop.port}" in refused
    assert (state(meta)[0], changes(meta)) == (None, 0)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"WHATSAPP_ACCESS_TOKEN": ""}, "WHATSAPP_ACCESS_TOKEN is missing"),
        ({"WHATSAPP_APP_SECRET": "", "WHATSAPP_PHONE_NUMBER_ID": ""}, "WHATSAPP_APP_SECRET, WHATSAPP_PHONE_NUMBER_ID are missing"),
        ({"WHATSAPP_ACCESS_TOKEN": "EAAother"}, "the token is invalid or has expired"),
        ({"WHATSAPP_APP_SECRET": "0" * 32}, "WHATSAPP_APP_SECRET is not that of app"),
        ({"WHATSAPP_PHONE_NUMBER_ID": "1"}, "there is no such id"),
        ({"GRAPH_API_URL": "http://127.0.0.1:1"}, "nobody answers there"),
    ],
)  # fmt: skip
def test_wrong_settings_are_named_before_anything_starts(
    laptop: Laptop, changed: dict[str, str], problem: str
) -> None:
    assert problem in laptop.refused(**changed)
    assert not (laptop.folder / "database").exists()


def test_the_port_of_the_tunnel_is_taken(laptop: Laptop, meta: Graph) -> None:
    with tunnel_to(1) as taken:
        laptop.port = httpx.URL(taken).port or 0
        refused = laptop.refused()
        assert f"port {laptop.port} on 127.0.0.1" in refused
        assert f"-m emulator --tunnel {laptop.tunnel} --tunnel-port N" in refused
    assert meta.call_log.all() == []


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://a-b.trycloudflare.com", "https://a-b.trycloudflare.com"),
        (" https://a.ngrok.app/ ", "https://a.ngrok.app"),
        ("https://a.example:8443", "https://a.example:8443"),
        ("http://localhost:1234", "http://localhost:1234"),
        ("http://127.0.0.1:1234/", "http://127.0.0.1:1234"),
    ],
)
def test_addresses(given: str, address: str) -> None:
    assert public_address(given) == address


@pytest.mark.parametrize(
    "given",
    [
        "",
        "?",
        "a.example",
        "http://a.example",
        "https://",
        "https://a.example/x",
        "https://a.example?x=1",
        "https://u@a.example",
        "https://a.example:0",
        "https://[",
        "ftp://a.example",
    ],
)
def test_what_is_no_address_of_a_tunnel(given: str) -> None:
    with pytest.raises(EmulatorError, match=r"cloudflared tunnel --url http://127\.0\.0\.1:8702"):
        public_address(given)


def test_without_a_tunnel_real_meta_is_never_called(laptop: Laptop, meta: Graph) -> None:
    """Even with its credentials in .env or the shell, and with a note of a run that was killed."""
    laptop.folder.mkdir()
    (laptop.folder / "webhook-before.json").write_text("{}")
    command = [sys.executable, "-m", "emulator", "--data", str(laptop.data), "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=laptop.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        said: list[Any] = [process.stdout.readline() for _ in range(7)]
        assert "emulator restore" in said[-1]
        heard = laptop.run("emulator", "say", "hola", "--data", str(laptop.data))
        assert heard.returncode == 0, heard.stderr
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert meta.call_log.all() == []
