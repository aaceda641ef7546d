"""Stand in for Supabase's Data API (PostgREST 12) for what supabase-py sends: function calls and plain selects."""

import json
import select
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import psycopg
from psycopg import AsyncClientCursor, AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulator.supabase.data_api_answer import ApiError, Shape, answer, from_postgres
from emulator.supabase.data_api_functions import Function, choose, overloads, rendered, source
from emulator.supabase.data_api_query import Query, parse_query
from emulator.supabase.data_api_root import openapi

Parameters = list[tuple[str, str]]

# Settings that last until the transaction ends. A role has its own time-out, or keeps the session's.
ENTER = sql.SQL("""
select set_config('role', {role}, true),
       set_config('search_path', 'public, extensions', true),
       set_config('request.jwt.claims', json_build_object('role', {role})::text, true),
       set_config('transaction_read_only', {read_only}, true),
       set_config('statement_timeout', coalesce(
         (select split_part(setting, '=', 2) from pg_roles, unnest(rolconfig) as setting
           where rolname = {role} and starts_with(setting, 'statement_timeout=') limit 1),
         current_setting('statement_timeout')), true)
""")
VOID = Response(status_code=204, headers={"content-range": "0-0/*"})
READ = sql.SQL("select count(*), {shape} from (select {columns} from {source}{tail}) as answer")


def data_api(dsn: str, *, keys: Mapping[str, str], pool_size: int = 10, patience: float = 3) -> Starlette:
    """The app, all under /rest/v1/. `dsn` logs in as `authenticator`; `keys` gives each API key its role.

    With Postgres gone, a call waits `patience` seconds for a connection before it gets its 504.

    Mounted in another app, it needs that app's lifespan to enter `app.router.lifespan_context(app)`.
    """
    pool = AsyncConnectionPool(
        dsn,
        min_size=1,
        max_size=pool_size,
        kwargs={"autocommit": True, "cursor_factory": AsyncClientCursor},
        check=_check,
        timeout=patience,
        reconnect_timeout=1,  # then the next call tries afresh, instead of a back-off of minutes
        open=False,
    )
    api = DataApi(pool, keys)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool:
            yield

    return Starlette(
        routes=[
            Route("/rest/v1/", api.root, methods=["GET"]),
            Route("/rest/v1/rpc/{name}", api.call, methods=["GET", "POST"]),
            Route("/rest/v1/{name}", api.select, methods=["GET"]),
        ],
        exception_handlers={ApiError: _api_error, psycopg.Error: _postgres_error},
        lifespan=lifespan,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One statement on a table or on the result of a function, and how its rows become an answer."""

    what: sql.Composable
    query: Query
    shape: Shape
    read_only: bool
    arguments: list[str] = field(default_factory=list)

    async def run(self, connection: AsyncConnection, role: str) -> tuple[int, str]:
        """How many rows, and the body: JSON made by Postgres and never parsed here.

        Two statements in one message are one transaction to Postgres, and one round trip to us.
        """
        read = READ.format(
            shape=sql.SQL(self.shape), columns=self.query.columns, source=self.what, tail=self.query.tail
        )
        cursor = await connection.execute(
            _enter(role, self.read_only) + read, [*self.arguments, *self.query.values]
        )
        cursor.nextset()
        row = await cursor.fetchone()
        assert row is not None
        return row[0], row[1]


@cache
def _enter(role: str, read_only: bool) -> sql.SQL:
    enter = ENTER.format(role=sql.Literal(role), read_only=sql.Literal("on" if read_only else "off"))
    return rendered(enter + sql.SQL(";"))


class DataApi:
    def __init__(self, pool: AsyncConnectionPool[AsyncConnection], keys: Mapping[str, str]) -> None:
        self.pool = pool
        self.keys = keys

    async def root(self, request: Request) -> Response:
        role = self._authenticate(request)
        async with self.pool.connection() as connection:
            document = await openapi(connection, role)
        return JSONResponse(document, media_type="application/openapi+json; charset=utf-8")

    async def call(self, request: Request) -> Response:
        role = self._authenticate(request)
        name, body = request.path_params["name"], await request.body() or b"{}"
        async with self.pool.connection() as connection:
            candidates = await overloads(connection, name)
            parameters = request.query_params.multi_items()
            if by_get := request.method != "POST":
                body, parameters = _from_query(parameters, candidates)
            given = _keys_of(body)
            function = choose(candidates, name, given)
            read = Read(
                what=source(function, name, given),
                arguments=[body.decode()],
                query=parse_query(parameters),
                shape=Shape.of(request, many=function.many, composite=bool(function.composite)),
                read_only=by_get or function.read_only,
            )
            rows = await read.run(connection, role)
        return VOID if function.void else answer(request, read.query.offset, *rows)

    async def select(self, request: Request) -> Response:
        role = self._authenticate(request)
        read = Read(
            what=sql.Identifier("public", request.path_params["name"]),
            query=parse_query(request.query_params.multi_items()),
            shape=Shape.of(request, many=True, composite=True),
            read_only=True,
        )
        async with self.pool.connection() as connection:
            rows = await read.run(connection, role)
        return answer(request, read.query.offset, *rows)

    def _authenticate(self, request: Request) -> str:
        """The role of the key. Raises ApiError in the words of hosted Supabase's gateway."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        key = bearer or request.headers.get("apikey") or request.query_params.get("apikey")
        if not key:
            hint = "No `apikey` request header or url param was found."
            raise ApiError(status=401, message="No API key found in request", hint=hint)
        if key not in self.keys:
            hint = "Double check your Supabase `anon` or `service_role` API key."
            raise ApiError(status=401, message="Invalid API key", hint=hint)
        request.state.role = self.keys[key]  # for the handler of errors
        return self.keys[key]


async def _check(connection: AsyncConnection) -> None:
    """An idle connection that has something to say was told that Postgres is going: only then is it worth asking."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        await AsyncConnectionPool.check_connection(connection)


def _from_query(parameters: Parameters, candidates: list[Function]) -> tuple[bytes, Parameters]:
    """A call by GET has its arguments among the filters; they are what any function of the name knows."""
    known = {argument for candidate in candidates for argument in candidate.names}
    arguments = {key: text for key, text in parameters if key in known}
    return json.dumps(arguments).encode(), [(key, text) for key, text in parameters if key not in known]


def _keys_of(body: bytes) -> set[str]:
    try:
        arguments = json.loads(body, parse_constant=int)  # so that NaN is refused
        json.dumps(arguments, ensure_ascii=False).encode()  # and half of a surrogate pair
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        raise ApiError(status=400, code="PGRST102", message="Empty or invalid json")
    return set(arguments)


async def _api_error(_: Request, error: Any) -> Response:
    response: Response = error.response()
    return response


async def _postgres_error(request: Request, error: Any) -> Response:
    return from_postgres(error, anonymous=request.state.role == "anon").response()
