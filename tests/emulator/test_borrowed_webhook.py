"""A real app's webhook is borrowed from whoever has it, and put back as it was, whatever happens in between."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from emulator import EmulatorError
from emulator.borrowed_webhook import BorrowedWebhook
from emulator.meta.account import Subscription
from emulator.meta.graph_api import Graph
from emulator.serving import serve_in_thread
from ops.commands.webhook import FIELDS
from ops.errors import OpsError
from ops.operator_settings import OperatorSettings
from tests.support.tunnel import THEIR_TOKEN, Desk, another_desk

OUR_TOKEN = "made-anew"


@dataclass(slots=True, kw_only=True)
class Laptop:
    url: str
    webhook: BorrowedWebhook

    def moved(self, url: str) -> "Laptop":
        """A later run, whose tunnel has another address."""
        settings = replace(self.webhook.settings, values={**self.webhook.settings.values, "PUBLIC_URL": url})
        return Laptop(url=url, webhook=replace(self.webhook, settings=settings))

    def take(self, *, override: bool = False) -> None:
        self.webhook.take(self.webhook.look(override=override))


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The desk that has the number: it knows THEIR_TOKEN."""
    with another_desk() as desk:
        yield desk


@pytest.fixture
def laptop(graph: Graph, tmp_path: Path) -> Iterator[Laptop]:
    async def verify(request: Request) -> Response:
        right = request.query_params["hub.verify_token"] == OUR_TOKEN
        return PlainTextResponse(
            request.query_params["hub.challenge"] if right else "", 200 if right else 403
        )

    with serve_in_thread(Starlette(routes=[Route("/", verify)])) as url:
        values = {
            "WHATSAPP_ACCESS_TOKEN": graph.access_token,
            "WHATSAPP_APP_SECRET": graph.app_secret,
            "WHATSAPP_VERIFY_TOKEN": OUR_TOKEN,
            "WHATSAPP_PHONE_NUMBER_ID": graph.phone_number_id,
            "GRAPH_API_URL": graph.url,
            "PUBLIC_URL": url,
        }
        settings = OperatorSettings(values=values, source="the test")
        note = tmp_path / "kept" / "webhook-before.json"
        yield Laptop(url=url, webhook=BorrowedWebhook(settings=settings, theirs=THEIR_TOKEN, note=note))


def state(graph: Graph) -> tuple[Subscription | None, list[str], str, str]:
    account = graph.account
    return account.subscription, list(account.subscribed), account.override, account.number_override


def owned_by(graph: Graph, desk: Desk, fields: tuple[str, ...] = ("messages", "flows")) -> None:
    graph.account.subscribe(desk.url, fields)


class TestTake:
    def test_nobody_had_it(self, graph: Graph, laptop: Laptop) -> None:
        before = state(graph)
        laptop.take()
        assert graph.account.subscription == Subscription(callback_url=f"{laptop.url}/", fields=FIELDS)
        assert graph.account.subscribed == [graph.account.app_id]
        assert laptop.webhook.give_back() == "delivers to nobody, as before"
        assert state(graph) == before
        assert not laptop.webhook.note.exists()

    def test_another_desk_is_left_alone(self, graph: Graph, laptop: Laptop, desk: Desk) -> None:
        owned_by(graph, desk)
        before = state(graph)
        with pytest.raises(EmulatorError, match=rf"(?s){desk.url}.*OVERRIDE=1"):
            laptop.take()
        assert state(graph) == before
        assert not laptop.webhook.note.exists()

    @pytest.mark.parametrize("name", ["override", "number_override"])
    def test_so_is_an_address_of_the_account_or_the_number(
        self, graph: Graph, laptop: Laptop, desk: Desk, name: str
    ) -> None:
        graph.account.subscribe(f"{laptop.url}/", FIELDS)
        setattr(graph.account, name, desk.url)
        with pytest.raises(EmulatorError, match=desk.url):
            laptop.take()

    def test_asked_for_it_is_taken_and_put_back_with_all_its_fields(
        self, graph: Graph, laptop: Laptop, desk: Desk
    ) -> None:
        owned_by(graph, desk)
        graph.account.override, graph.account.number_override = f"{desk.url}account", f"{desk.url}number"
        before = state(graph)
        laptop.take(override=True)
        taken = graph.account.subscription
        assert taken is not None
        assert taken.callback_url == f"{laptop.url}/"
        assert set(taken.fields) == {*FIELDS, "flows"}
        assert (graph.account.override, graph.account.number_override) == ("", "")
        assert laptop.webhook.give_back() == f"delivers to {desk.url} again"
        assert state(graph) == before

    @pytest.mark.parametrize("theirs", ["", "wrong"])
    def test_not_what_could_not_be_put_back(
        self, graph: Graph, laptop: Laptop, desk: Desk, theirs: str
    ) -> None:
        owned_by(graph, desk)
        before = state(graph)
        with pytest.raises(EmulatorError, match="WHATSAPP_VERIFY_TOKEN"):
            replace(laptop.webhook, theirs=theirs).look(override=True)
        assert state(graph) == before

    def test_our_own_address_is_nobody_else_s(self, graph: Graph, laptop: Laptop) -> None:
        graph.account.subscribe(f"{laptop.url}/", FIELDS)
        before = state(graph)
        laptop.take()
        laptop.webhook.give_back()
        assert state(graph) == before


class TestPutBack:
    def test_by_a_later_run_with_another_address(self, graph: Graph, laptop: Laptop, desk: Desk) -> None:
        owned_by(graph, desk)
        before = state(graph)
        laptop.take(override=True)
        assert laptop.moved("https://later.example").webhook.give_back() == f"delivers to {desk.url} again"
        assert state(graph) == before

    def test_not_over_what_somebody_has_set_since(self, graph: Graph, laptop: Laptop, desk: Desk) -> None:
        laptop.take()
        owned_by(graph, desk)
        before = state(graph)[0]
        assert laptop.webhook.give_back() == f"delivers to {desk.url}: left as it is"
        assert state(graph)[0] == before
        assert not laptop.webhook.note.exists()

    def test_a_start_that_failed_half_way(self, graph: Graph, laptop: Laptop, desk: Desk) -> None:
        """Meta does not verify the tunnel: the account's own address is what was not touched."""
        owned_by(graph, desk)
        before = state(graph)
        away = laptop.moved("http://127.0.0.1:1")
        with pytest.raises(OpsError, match="did not get its challenge back"):
            away.take(override=True)
        away.webhook.give_back()
        assert state(graph) == before

    def test_later_if_the_desk_is_away_now(self, graph: Graph, laptop: Laptop, desk: Desk) -> None:
        owned_by(graph, desk)
        before = state(graph)
        laptop.take(override=True)
        desk.away = True
        with pytest.raises(EmulatorError, match="could not be put back"):
            laptop.webhook.give_back()
        assert laptop.webhook.note.exists()
        desk.away = False
        assert laptop.webhook.give_back() == f"delivers to {desk.url} again"
        assert state(graph) == before

    def test_there_is_nothing(self, laptop: Laptop) -> None:
        assert laptop.webhook.give_back() is None

    @pytest.mark.parametrize("text", ["", "{}", "[1]", '{"app_id": "1"}'])
    def test_a_note_that_cannot_be_read(self, laptop: Laptop, text: str) -> None:
        laptop.webhook.note.parent.mkdir()
        laptop.webhook.note.write_text(text)
        with pytest.raises(EmulatorError, match="cannot be read"):
            laptop.webhook.give_back()

    def test_the_settings_are_those_of_another_app(self, graph: Graph, laptop: Laptop) -> None:
        laptop.take()
        values = {**laptop.webhook.settings.values, "WHATSAPP_APP_ID": "123"}
        other = replace(laptop.webhook, settings=replace(laptop.webhook.settings, values=values))
        with pytest.raises(EmulatorError, match="is about app"):
            other.give_back()
        assert laptop.webhook.note.exists()

    def test_the_note_holds_no_secret(self, graph: Graph, laptop: Laptop) -> None:
        laptop.take()
        noted = laptop.webhook.note.read_text()
        for secret in (graph.access_token, graph.app_secret, OUR_TOKEN, THEIR_TOKEN):
            assert secret not in noted
