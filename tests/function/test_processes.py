"""Real functions-framework processes: killed between the answer and the mail, started without settings, stopped.

One serves until a test ends it; each test has a customer of its own, whom it cannot remember.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from emulator import Json
from emulator.function import ROOT, Function, settings
from emulator.meta.customer import Customer
from emulator.meta.graph_api import Graph
from emulator.meta.webhook_payload import encode, sign
from emulator.resend.resend_api import Resend
from state.store.files import BUCKET
from tests.support.function import PUBLIC_URL, Supabase, World, eventually

Start = Callable[..., Function]
_NUMBERS = itertools.count(10)


@pytest.fixture(scope="module")
def functions(
    guarded_supabase: Supabase,
    served_graph: Graph,
    served_resend: Resend,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Function]]:
    """Both targets, each to be run as Cloud Run does: gunicorn and a worker of its own."""
    environment = settings("", PUBLIC_URL, served_graph, served_resend) | {
        "SUPABASE_URL": guarded_supabase.url,
        "GRAPH_API_URL": served_graph.url,
        "RESEND_API_URL": served_resend.url,
        "REPLY_BUDGET_SECONDS": "10",
    }
    logs = tmp_path_factory.mktemp("functions")
    made = {target: Function(target, environment, logs / f"{target}.log") for target in ("webhook", "sweep")}
    yield made
    for function in made.values():
        function.stop()


@pytest.fixture
def start(functions: dict[str, Function], world: World) -> Start:
    """A target that runs, and nothing in its log from before: started, when no test has left it running, or `anew`."""

    def start(target: str, anew: bool = False) -> Function:
        function = functions[target]
        if anew:
            function.stop()
        function.log.write_bytes(b"")
        if function.pid is None:
            function.port = 0  # nobody has taken the new one meanwhile
            function.start()
        return function

    return start


@pytest.fixture
def ana() -> Customer:
    number = next(_NUMBERS)
    return Customer(wa_id=f"54911555504{number}", user_id=f"AR.processes{number}", username=None)


def post(function: Function, world: World, payload: Json) -> int:
    world.graph.users.learn_payload(payload)
    body = encode(payload)
    headers = {"x-hub-signature-256": sign(body, world.graph.app_secret)}
    return httpx.post(f"{function.url}/", content=body, headers=headers, timeout=30).status_code


def open_ticket(function: Function, world: World, ana: Customer) -> str:
    """Returns the id of the last message."""
    assert post(function, world, ana.webhook(ana.text("mi impresora no imprime y se traba"))) == 200
    (asked,) = world.graph.wait(1)
    pressed = next(choice for choice in asked.choices if "/yes/" in choice)
    message = ana.press(pressed, "Sí", asked.wamid)
    assert post(function, world, ana.webhook(message)) == 200
    return str(message["id"])


def test_killed_while_the_mail_hangs(world: World, start: Start, ana: Customer) -> None:
    """The answer is out, the instance is gone: the sweep sends the mail, once."""
    webhook = start("webhook")
    world.resend.faults.hang(30)
    open_ticket(webhook, world, ana)
    world.resend.call_log.wait(1)
    eventually(lambda: replies_are_marked(world))
    webhook.kill()
    assert world.resend.messages == []
    world.resend.faults.clear()
    sweep = start("sweep")
    assert httpx.post(sweep.url).json()["outcomes"] == {}  # the lease of the dead still holds
    world.make_due()
    assert httpx.post(sweep.url).json()["outcomes"]["sent"] == 1
    world.make_due()
    assert httpx.post(sweep.url).json()["outcomes"] == {}
    assert len(world.resend.messages) == 1


def test_killed_after_the_mail_was_taken(world: World, start: Start, ana: Customer) -> None:
    """Resend has it, nobody wrote that down: the same key again, and no second mail."""
    webhook = start("webhook")
    world.resend.faults.hang(30, after_effect=True)
    open_ticket(webhook, world, ana)
    world.resend.wait(1)
    eventually(lambda: replies_are_marked(world))
    webhook.kill()
    world.resend.faults.clear()
    world.make_due()
    sweep = start("sweep")
    assert httpx.post(sweep.url).json()["outcomes"]["sent"] == 1
    assert len(world.resend.messages) == 1
    assert set(world.column("select distinct status from outbox order by 1")) == {"sent"}


def test_killed_before_the_commit(world: World, start: Start, ana: Customer) -> None:
    """No answer: Meta delivers again, to the next instance."""
    webhook, message = start("webhook"), ana.text("hola")
    world.supabase.faults.hang(30, path="commit_turn")
    body = encode(ana.webhook(message))
    headers = {"x-hub-signature-256": sign(body, world.graph.app_secret)}
    with httpx.Client(timeout=0.5) as client, pytest.raises(httpx.ReadTimeout):
        client.post(webhook.url, content=body, headers=headers)
    world.supabase.call_log.wait(2)
    webhook.kill()
    world.supabase.faults.clear()
    assert post(start("webhook"), world, ana.webhook(message)) == 200
    assert len(world.graph.wait(1)) == 1


def test_a_body_that_is_too_long_for_gunicorn_too(start: Start) -> None:
    webhook = start("webhook")
    most = 3 * 1024 * 1024

    def pieces() -> Iterator[bytes]:
        for _ in range(most // 65_536 + 2):
            yield b"x" * 65_536

    assert httpx.post(webhook.url, content=b"x" * (most + 1)).status_code == 413
    assert httpx.post(webhook.url, content=pieces()).status_code == 413
    assert httpx.get(f"{webhook.url}/health").status_code == 200


def test_a_file_that_is_not_what_was_sent_is_never_stored(world: World, start: Start, ana: Customer) -> None:
    """The upload is broken off before its end, which is no error of ours."""
    webhook, sent = start("webhook", anew=True), bytes(2_000_000)
    media_id = world.graph.media.put(b"x" * len(sent), "image/jpeg")
    assert post(webhook, world, ana.webhook(ana.image(sent, media_id=media_id, caption="no anda"))) == 200
    (asked,) = world.graph.wait(1)
    pressed = next(choice for choice in asked.choices if "/yes/" in choice)
    assert post(webhook, world, ana.webhook(ana.press(pressed, "Sí", asked.wamid))) == 200
    eventually(lambda: world.column("select missing from attachments") == ["different"])
    eventually(lambda: '"file_not_kept"' in webhook.log.read_text())
    assert world.supabase.storage.objects(BUCKET) == {}
    assert "Traceback" not in webhook.log.read_text()
    world.resend.wait(1)  # its e-mail, so that it does not come in another test


def test_stopped_cleanly(world: World, start: Start, ana: Customer) -> None:
    """On SIGTERM what is under way is finished, what was collected is sent, and nothing of it is left behind."""
    webhook = start("webhook")
    world.resend.switches.seconds = 1.0
    pressed = open_ticket(webhook, world, ana)
    process = webhook.process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert not alive(process.pid)
    assert len(world.resend.messages) == 1
    assert world.column("select status from outbox order by id") == ["sent"] * 3
    assert pressed in [entry.request["message_id"] for entry in world.receipts()]
    assert "Traceback" not in webhook.log.read_text()


def replies_are_marked(world: World) -> bool:
    return set(world.column("select status from outbox where channel = 'whatsapp' order by id")) == {"sent"}


def alive(group: int) -> bool:
    """Return True if any process of this group is still alive."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("target", ["webhook", "sweep"])
def test_without_settings_there_is_no_service(target: str) -> None:
    given = {"WHATSAPP_APP_SECRET": "a-secret-word", "DEFAULT_LANGUAGE": "klingon"}
    ended = subprocess.run(
        [sys.executable, "-m", "functions_framework", "--target", target, "--source", ROOT / "main.py"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    said = ended.stdout + ended.stderr
    for name in ("WHATSAPP_ACCESS_TOKEN", "SUPABASE_URL", "RESEND_API_KEY", "LINK_SIGNING_KEY", "PUBLIC_URL"):
        assert f"{name} is missing" in said
    assert "DEFAULT_LANGUAGE must be one of es, en, pt" in said
    assert "WHATSAPP_APP_SECRET" not in said
    assert "a-secret-word" not in said
    assert "klingon" not in said


def test_the_log_is_json_lines_only(world: World, start: Start, ana: Customer) -> None:
    webhook = start("webhook", anew=True)
    open_ticket(webhook, world, ana)
    world.resend.wait(1)
    deadline = time.monotonic() + 20
    while '"email"' not in (text := webhook.log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    lines = [line for line in text.splitlines() if line.startswith("{")]
    assert {json.loads(line)["event"] for line in lines} == {"turn", "delivery"}
    others = [line for line in text.splitlines() if not line.startswith(("{", "["))]
    assert others == []


def test_supabase_is_reached_by_its_functions_alone(world: World, start: Start, ana: Customer) -> None:
    open_ticket(start("webhook"), world, ana)
    assert {entry.path.rpartition("/")[0] for entry in world.supabase.call_log.all()} == {"/rest/v1/rpc"}
