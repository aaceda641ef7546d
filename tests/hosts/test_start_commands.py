"""Each host's start command, as its file has it: the process answers /health and a signed call, and ends on SIGTERM."""

import configparser
import json
import re
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from emulator.child_process import start_child, stop_child
from emulator.function import settings
from emulator.meta.customer import Customer
from emulator.meta.webhook_payload import encode, sign
from emulator.serving import free_port
from tests.support.function import World
from tests.support.paths import ROOT

PROGRAMS = Path(sys.executable).parent
_START_SECONDS = 30.0


@pytest.fixture
def environment(world: World) -> dict[str, str]:
    """The settings that an operator gives."""
    given = settings("", "https://desk.example.com", world.graph, world.resend)
    return given | {
        "SUPABASE_URL": world.supabase.url,
        "GRAPH_API_URL": world.graph.url,
        "RESEND_API_URL": world.resend.url,
        "REPLY_BUDGET_SECONDS": "10",
    }


@contextmanager
def started(
    command: str, environment: dict[str, str], port: int, log: Path, signum: signal.Signals = signal.SIGTERM
) -> Iterator[str]:
    """Its address, once it answers. It has to end by itself when it is told to."""
    url = f"http://127.0.0.1:{port}"
    first, *rest = shlex.split(command)
    with log.open("wb") as output:
        program = first if "/" in first else str(PROGRAMS / first)
        process = start_child([program, *rest], cwd=ROOT, env=environment, output=output)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not healthy(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield url
        process.send_signal(signum)
        assert process.wait(30) == 0
    finally:
        stop_child(process, signal.SIGTERM)


def healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").is_success
    except httpx.TransportError:
        return False


def answers_a_signed_call(url: str, world: World) -> bool:
    ana = Customer(username=None)
    payload = ana.webhook(ana.text("hola"))
    world.graph.users.learn_payload(payload)
    body = encode(payload)
    headers = {"x-hub-signature-256": sign(body, world.graph.app_secret)}
    answer = httpx.post(f"{url}/", content=body, headers=headers, timeout=30)
    return answer.status_code == 200 and len(world.graph.wait(1)) == 1


def test_on_render(world: World, environment: dict[str, str], tmp_path: Path) -> None:
    """With nothing but what its file and Render itself set."""
    (service,) = yaml.safe_load((ROOT / "render.yaml").read_text("utf-8"))["services"]
    fixed = {each["key"]: each["value"] for each in service["envVars"] if "value" in each}
    asked = [each["key"] for each in service["envVars"] if "value" not in each]
    port = free_port()
    given = {name: environment[name] for name in (*asked, "GRAPH_API_URL", "RESEND_API_URL")}
    of_render = {"PORT": str(port), "RENDER_EXTERNAL_URL": "https://mostrador.onrender.com"}
    with started(service["startCommand"], {**fixed, **given, **of_render}, port, tmp_path / "log") as url:
        assert answers_a_signed_call(url, world)


def test_of_the_image(world: World, environment: dict[str, str], tmp_path: Path) -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    words = json.loads(re.findall(r"(?m)^CMD (.+)$", text)[-1])
    fixed = dict(pair.split("=") for pair in re.findall(r"(?m)^ENV (PORT=.+)$", text)[0].split())
    port = free_port()
    given = {**fixed, **environment, "PORT": str(port)}
    with started(shlex.join(words), given, port, tmp_path / "log") as url:
        assert answers_a_signed_call(url, world)


def test_of_the_service(world: World, environment: dict[str, str], tmp_path: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read(ROOT / "hosts" / "mostrador.service")
    port = free_port()
    command = (
        unit["Service"]["ExecStart"]
        .replace("/opt/mostrador/.venv/bin", str(PROGRAMS))
        .replace("--port 8080", f"--port {port}")
    )
    with started(command, environment, port, tmp_path / "log") as url:
        assert answers_a_signed_call(url, world)
