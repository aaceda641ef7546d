"""The stand-in for Supabase's Data API (PostgREST 12), as far as it is used: calls of functions by POST."""

import json
import select
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import psycopg
from psycopg import AsyncClientCursor, AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulator.stand_in import ServiceError, answer_error
from emulator.supabase.data_api_responses import ApiError, Shape, from_postgres, rows_response
from emulator.supabase.data_api_schema import call_source, find_function, flatten, openapi

# Settings for this transaction only. Whether it writes is said first, whatever the database's default is: PostgREST begins each with
# READ WRITE or READ ONLY. A role without a time-out of its own keeps the session's.
ENTER = sql.SQL("""
set local transaction_read_only = {read_only};
select set_config('role', {role}, true),
       set_config('search_path', 'public, extensions', true),
       set_config('request.jwt.claims', json_build_object('role', {role})::text, true),
       set_config('statement_timeout', coalesce(
         (select split_part(setting, '=', 2) from pg_roles, unnest(rolconfig) as setting
           where rolname = {role} and starts_with(setting, 'statement_timeout=') limit 1),
         current_setting('statement_timeout')), true);
""")
READ = sql.SQL("select count(*), {shape} from {source}")


def data_api(dsn: str, *, keys: Mapping[str, str], pool_size: int = 10, patience: float = 3) -> Starlette:
    """The app, with every path under /rest/v1/. `dsn` logs in as `authenticator`; `keys` maps API keys to roles.

    While Postgres is down, a call waits `patience` seconds for a connection and then gets 504.

    When it is mounted in another app, that app's lifespan has to enter `app.router.lifespan_context(app)`.
    """
    pool = AsyncConnectionPool(
        dsn,
        min_size=1,
        max_size=pool_size,
        kwargs={"autocommit": True, "cursor_factory": AsyncClientCursor},
        check=_check,
        timeout=patience,
        reconnect_timeout=1,  # then the next call tries again, instead of a back-off of minutes
        open=False,
    )
    api = DataApi(pool, keys)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool:
            yield

    return Starlette(
        routes=[
            Route("/rest/v1/", api.root),
            Route("/rest/v1/rpc/{name}", api.call, methods=["POST"]),
            Route("/rest/v1/{name}", api.select),
        ],
        exception_handlers={ServiceError: answer_error, psycopg.Error: _postgres_error},
        lifespan=lifespan,
    )


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
        _refuse_filters(request)
        name, body = request.path_params["name"], await request.body() or b"{}"
        async with self.pool.connection() as connection:
            given = _argument_names(body)
            function = await find_function(connection, name, given)
            shape = Shape.of(many=function.many, composite=bool(function.composite))
            read = READ.format(shape=sql.SQL(shape), source=call_source(function, name, given))
            rows = await _run(connection, _enter(role, function.read_only) + read, [body.decode()])
        if function.void:
            return Response(status_code=204, headers={"content-range": "0-0/*"})
        return rows_response(*rows)

    async def select(self, request: Request) -> Response:
        """All rows, whatever the limit. Nothing of ours reads a table; the doctor tries whether a stranger could."""
        role = self._authenticate(request)
        _refuse_filters(request)
        table = sql.SQL("{} as answer").format(sql.Identifier("public", request.path_params["name"]))
        read = READ.format(shape=sql.SQL(Shape.ROWS), source=table)
        async with self.pool.connection() as connection:
            rows = await _run(connection, _enter(role, True) + read, [])
        return rows_response(*rows)

    def _authenticate(self, request: Request) -> str:
        """The role of the API key. Raises ApiError in the words of hosted Supabase's gateway."""
        key = key_of(request)
        if not key:
            hint = "No `apikey` request header or url param was found."
            raise ApiError(status=401, message="No API key found in request", hint=hint)
        if key not in self.keys:
            raise unknown_key()
        request.state.role = self.keys[key]  # for _postgres_error
        return self.keys[key]


def key_of(request: Request) -> str | None:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return bearer or request.headers.get("apikey") or request.query_params.get("apikey")


def unknown_key() -> ApiError:
    """Hosted Supabase's gateway does not know this key."""
    hint = "Double check your Supabase `anon` or `service_role` API key."
    return ApiError(status=401, message="Invalid API key", hint=hint)


async def _check(connection: AsyncConnection) -> None:
    """Ask only a connection that has something to read: Postgres announces there that it is shutting down."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        await AsyncConnectionPool.check_connection(connection)


@cache
def _enter(role: str, read_only: bool) -> sql.SQL:
    return flatten(ENTER.format(role=sql.Literal(role), read_only=sql.Literal("on" if read_only else "off")))


async def _run(connection: AsyncConnection, statements: sql.Composed, values: list[str]) -> tuple[int, str]:
    """How many rows, and the body: JSON that Postgres made and that is not parsed here.

    Three statements in one message are one transaction in Postgres, and one round trip.
    """
    cursor = await connection.execute(statements, values)
    cursor.nextset()
    cursor.nextset()
    row = await cursor.fetchone()
    assert row is not None
    return row[0], row[1]


def _refuse_filters(request: Request) -> None:
    if unknown := request.query_params.keys() - {"limit", "apikey"}:
        message = f"the local Data API does not support {', '.join(sorted(unknown))}"
        raise ApiError(status=400, code="PGRST100", message=message)


def _argument_names(body: bytes) -> set[str]:
    try:
        arguments = json.loads(body, parse_constant=int)  # so that NaN is refused
        json.dumps(arguments, ensure_ascii=False).encode()  # and half of a surrogate pair
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        raise ApiError(status=400, code="PGRST102", message="Empty or invalid json")
    return set(arguments)


async def _postgres_error(request: Request, error: Any) -> Response:
    return from_postgres(error, anonymous=request.state.role == "anon").response()
