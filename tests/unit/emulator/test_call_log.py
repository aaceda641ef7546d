"""The log of calls: one whose effect can be seen already is waited for."""

import asyncio
import threading

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulator.call_log import CallLog
from emulator.faults import Faults
from emulator.serving import serve_in_thread
from emulator.stand_in import instrument


def test_a_call_under_way_is_waited_for() -> None:
    effect = threading.Event()

    async def slow(_: Request) -> Response:
        effect.set()
        await asyncio.sleep(0.3)
        return JSONResponse({})

    call_log = CallLog()
    app = instrument(Starlette(routes=[Route("/slow", slow)]), call_log=call_log, faults=Faults())
    with serve_in_thread(app) as url:
        caller = threading.Thread(target=httpx.get, args=(f"{url}/slow",))
        caller.start()
        assert effect.wait(10)
        assert call_log.all() == []
        assert [call.path for call in call_log.complete()] == ["/slow"]
        caller.join()
        assert len(call_log.complete(seconds=0.0)) == 1


def test_one_that_fails_in_the_stand_in_is_not() -> None:
    async def broken(_: Request) -> Response:
        raise RuntimeError("of ours")

    call_log = CallLog()
    app = instrument(Starlette(routes=[Route("/broken", broken)]), call_log=call_log, faults=Faults())
    with serve_in_thread(app) as url:
        httpx.get(f"{url}/broken")
        call_log.complete(seconds=0.0)
        assert call_log._under_way == 0
