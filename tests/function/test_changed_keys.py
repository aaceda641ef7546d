"""Each key changed as docs/operations.md says, with the old instance still serving: nothing is lost, and nothing arrives twice."""

import re

import pytest

from emulator.function import LINK_KEY
from emulator.meta.webhook_payload import encode, sign
from emulator.supabase.project import SUPABASE_ROLES, SUPABASE_SECRET_KEY
from tests.support.function import ANA, Service, World, settle
from tests.support.technician import Shown
from tests.support.ticket_case import open_case

NEW = "the-new-key-0123456789abcdef0123456789abcdef"


def leave(world: World) -> None:
    """What waits is due, and the new instance's sweep sends it."""
    world.make_due()
    world.swept()
    settle()


def test_the_access_token(world: World, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.graph.account, "access_token", NEW)  # the first is revoked too early
    service.say("hola")
    settle()
    assert world.bubbles() == []
    world.settings["WHATSAPP_ACCESS_TOKEN"] = NEW
    leave(world)
    assert len(world.bubbles()) == 1
    assert [attempts for _, _, attempts in world.outbox()] == [1]  # what was refused cost no try


def test_resends_key(world: World, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.resend, "api_key", NEW)
    service.open_ticket()
    settle()
    assert world.resend.messages == []
    leave(world)
    assert len(world.resend.messages) == 1


def test_the_app_secret(world: World, service: Service) -> None:
    """Meta signs with the new one from the moment it is made."""
    message = ANA.webhook(ANA.text("hola"))
    assert service.post(message, secret=NEW).status_code == 401
    both = world.start(WHATSAPP_APP_SECRET=f"{NEW},{world.graph.app_secret}")
    assert both.post(message, secret=NEW).status_code == 200
    assert both.post(ANA.webhook(ANA.text("otra cosa"))).status_code == 200
    settle()
    assert world.column("select count(*) from inbound where outcome = 'done'") == [2]
    alone = world.start(WHATSAPP_APP_SECRET=NEW)
    body = encode(message)
    assert alone.post(body, header=sign(body, world.graph.app_secret)).status_code == 401


def test_the_key_of_the_links(world: World, service: Service) -> None:
    case = open_case(world, service)
    (path,) = re.findall(r"https://mostrador\.example(/t/\S+)", world.resend.messages[-1].text or "")
    both = world.start(LINK_SIGNING_KEY=f"{NEW},{LINK_KEY}")
    assert case.code in Shown(both.client.get(path)).text
    assert world.start(LINK_SIGNING_KEY=NEW).client.get(path).status_code == 403


def test_supabases_secret_key(world: World, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    message = ANA.text("hola")
    monkeypatch.delitem(SUPABASE_ROLES, SUPABASE_SECRET_KEY)
    monkeypatch.setitem(SUPABASE_ROLES, NEW, "service_role")
    assert service.post(ANA.webhook(message)).status_code == 503
    assert world.start(SUPABASE_SECRET_KEY=NEW).post(ANA.webhook(message)).status_code == 200
    settle()
    assert len(world.bubbles()) == 1


def test_the_sweeps_token(world: World) -> None:
    old, new = world.start(SWEEP_TOKEN="the-old-token-0123"), world.start(SWEEP_TOKEN="the-new-token-0123")
    given = {"Authorization": "Bearer the-new-token-0123"}
    assert old.client.post("/sweep", headers=given).status_code == 401
    assert new.client.post("/sweep", headers=given).status_code == 200
