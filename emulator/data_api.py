"""Stand in for Supabase's Data API (PostgREST 12) for what supabase-py sends: function calls and plain selects."""

import json
import select
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncClientCursor, AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulator.data_api_answer import ApiError, Shape, answer, from_postgres
from emulator.data_api_functions import choose, overloads, source
from emulator.data_api_query import Query, parse_query

# Settings that last until the transaction ends. A role has its own time-out, or keeps the session's.
ENTER = sql.SQL("""
select set_config('role', {role}, true),
       set_config('search_path', 'public, extensions', true),
       set_config('request.jwt.claims', json_build_object('role', {role})::text, true),
       set_config('transaction_read_only', {read_only}, true),
       set_config('statement_timeout', coalesce(
         (select split_part(setting, '=', 2) from pg_db_role_setting, unnest(setconfig) as setting
           where setrole = {role}::regrole and starts_with(setting, 'statement_timeout=') limit 1),
         current_setting('statement_timeout')), true)
""")
VOID = Response(status_code=204, headers={"content-range": "0-0/*"})
READ = sql.SQL("select count(*), {shape} from (select {columns} from {source}{tail}) as answer")


def data_api(dsn: str, *, keys: Mapping[str, str], pool_size: int = 10) -> Starlette:
    """The app, all under /rest/v1/. `dsn` logs in as `authenticator`; `keys` gives each API key its role.

    Mounted in another app, it needs that app's lifespan to enter `app.router.lifespan_context(app)`.
    """
    pool = AsyncConnectionPool(
        dsn,
        min_size=1,
        max_size=pool_size,
        kwargs={"autocommit": True, "cursor_factory": AsyncClientCursor},
        check=_check,
        timeout=3,  # with Postgres gone, what a call waits before it gets its 504
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
            Route("/rest/v1/rpc/{name}", api.call, methods=["GET", "POST"]),
            Route("/rest/v1/{name}", api.select, methods=["GET"]),
        ],
        exception_handlers={ApiError: _api_error, psycopg.Error: _postgres_error},
        lifespan=lifespan,
    )


class DataApi:
    def __init__(self, pool: AsyncConnectionPool[AsyncConnection], keys: Mapping[str, str]) -> None:
        self.pool = pool
        self.keys = keys

    async def call(self, request: Request) -> Response:
        self._authenticate(request)
        by_get, name = request.method != "POST", request.path_params["name"]
        async with self.pool.connection() as connection:
            candidates = await overloads(connection, name)
            parameters = request.query_params.multi_items()
            body = await request.body() or b"{}"
            if by_get:
                known = {argument for candidate in candidates for argument in candidate.names}
                body = json.dumps({key: text for key, text in parameters if key in known}).encode()
                parameters = [(key, text) for key, text in parameters if key not in known]
            given = _keys_of(body)
            function = choose(candidates, name, given)
            shape = Shape.of(request, many=function.many, composite=bool(function.composite))
            query = parse_query(parameters)
            read_only = by_get or function.read_only
            what = source(function, name, given)
            rows = await _read(connection, request, what, query, shape, body.decode(), read_only=read_only)
        return VOID if function.void else answer(request, query.offset, *rows)

    async def select(self, request: Request) -> Response:
        self._authenticate(request)
        query = parse_query(request.query_params.multi_items())
        table = sql.Identifier("public", request.path_params["name"])
        shape = Shape.of(request, many=True, composite=True)
        async with self.pool.connection() as connection:
            rows = await _read(connection, request, table, query, shape, read_only=True)
        return answer(request, query.offset, *rows)

    def _authenticate(self, request: Request) -> None:
        """Find the role of the key. Raises ApiError in the words of hosted Supabase's gateway."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        key = bearer or request.headers.get("apikey") or request.query_params.get("apikey")
        if not key:
            hint = "No `apikey` request header or url param was found."
            raise ApiError(status=401, message="No API key found in request", hint=hint)
        if key not in self.keys:
            hint = "Double check your Supabase `anon` or `service_role` API key."
            raise ApiError(status=401, message="Invalid API key", hint=hint)
        request.state.role = self.keys[key]


async def _check(connection: AsyncConnection) -> None:
    """An idle connection that has something to say was told that Postgres is going: only then is it worth asking."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        await AsyncConnectionPool.check_connection(connection)


def _keys_of(body: bytes) -> set[str]:
    try:
        arguments = json.loads(body, parse_constant=int)  # so that NaN is refused
        json.dumps(arguments, ensure_ascii=False).encode()  # and half of a surrogate pair
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        raise ApiError(status=400, code="PGRST102", message="Empty or invalid json")
    return set(arguments)


async def _read(
    connection: AsyncConnection,
    request: Request,
    what: sql.Composable,
    query: Query,
    shape: Shape,
    *values: str,
    read_only: bool,
) -> tuple[int, str]:
    """How many rows, and the body: JSON made by Postgres and never parsed here.

    Two statements in one message are one transaction to Postgres, and one round trip to us.
    """
    role, mode = sql.Literal(request.state.role), sql.Literal("on" if read_only else "off")
    enter = ENTER.format(role=role, read_only=mode)
    read = READ.format(shape=sql.SQL(shape), columns=query.columns, source=what, tail=query.tail)
    cursor = await connection.execute(enter + sql.SQL(";") + read, [*values, *query.values])
    cursor.nextset()
    row = await cursor.fetchone()
    assert row is not None
    return row[0], row[1]


async def _api_error(_: Request, error: Any) -> Response:
    response: Response = error.response()
    return response


async def _postgres_error(request: Request, error: Any) -> Response:
    return from_postgres(error, anonymous=request.state.role == "anon").response()
