"""Fixtures for the stand-ins for Meta and Resend: one server for all tests, reset for each test."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulator import Json
from emulator.call_log import BoundedList
from emulator.meta.graph_api import Graph
from emulator.resend.resend_api import Resend
from emulator.serving import serve_in_thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One received webhook."""

    body: bytes
    signature: str
    json: Json


@dataclass(slots=True, kw_only=True)
class Hook:
    """A webhook that records posts. It answers with `answers` first, and then always with 200."""

    url: str = ""
    posts: BoundedList[Post] = field(default_factory=BoundedList)
    answers: list[int] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        signature = request.headers.get("x-hub-signature-256", "")
        self.posts.add(Post(body=await request.body(), signature=signature, json=await request.json()))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)


@pytest.fixture(scope="session")
def served_graph() -> Iterator[Graph]:
    graph = Graph()
    with serve_in_thread(graph.app, patience=1) as graph.url:
        yield graph
    graph.delivery.close()


@pytest.fixture(scope="session")
def served_resend() -> Iterator[Resend]:
    resend = Resend()
    with serve_in_thread(resend.app, patience=1) as resend.url:
        yield resend


@pytest.fixture
def graph(served_graph: Graph) -> Iterator[Graph]:
    """Meta in its initial state: nobody has written yet, and no webhook is posted until `delivery.url` is set."""
    served_graph.reset()
    yield served_graph
    served_graph.reset()


@pytest.fixture
def resend_standin(served_resend: Resend) -> Iterator[Resend]:
    """Resend with an empty mailbox and no known keys."""
    served_resend.reset()
    yield served_resend
    served_resend.reset()


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    with serve_in_thread(Starlette(routes=[Route("/", hook.take, methods=["POST"])])) as hook.url:
        yield hook
