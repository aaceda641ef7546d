"""The stand-in for the Data API and the real PostgREST give a Supabase client the same answers."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from postgrest.exceptions import APIError
from supabase import Client, ClientOptions, create_client

from emulator.serving import serve_in_thread
from emulator.supabase.data_api import data_api
from emulator.supabase.database import create_database
from emulator.supabase.postgres import SUPERUSER, Postgres
from emulator.supabase.project import DATABASE as KEPT
from tests.support.data_api_cases import CASES, JWT_SECRET, KEYS, ROLES, Call, Code, get, rpc
from tests.support.database import CopyFolder, kept_connection
from tests.support.paths import DATA
from tests.support.postgrest import required_postgrest, run_postgrest

SCHEMA = DATA / "data_api_contract.sql"
DATABASE = "contract"
RESET = "delete from public.items where id > 3; alter sequence public.items_id_seq restart with 4"
ROLE_OF_KEY = {key: role for role, key in KEYS.items()}

every_case = pytest.mark.parametrize(("call", "status", "expected"), CASES.values(), ids=CASES.keys())


@pytest.fixture(scope="module")
def contract(postgres: Postgres) -> Postgres:
    """The server with a database for these tests."""
    create_database(postgres, DATABASE)
    with psycopg.connect(postgres.dsn(DATABASE, SUPERUSER)) as connection:
        connection.execute(SCHEMA.read_bytes())
    return postgres


@pytest.fixture(scope="module")
def stand_in(contract: Postgres) -> Iterator[httpx.Client]:
    app = data_api(contract.dsn(DATABASE, "authenticator"), keys=ROLE_OF_KEY, pool_size=4)
    with serve_in_thread(app) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.fixture(scope="module")
def postgrest(contract: Postgres) -> Iterator[httpx.Client]:
    dsn = contract.dsn(DATABASE, "authenticator")
    with run_postgrest(required_postgrest(), dsn, JWT_SECRET) as client:
        yield client


@pytest.fixture(params=["stand_in", "postgrest"])
def server(request: pytest.FixtureRequest) -> httpx.Client:
    found: httpx.Client = request.getfixturevalue(request.param)
    return found


@pytest.fixture(autouse=True)
def reset(contract: Postgres) -> None:
    undo(contract)


def undo(contract: Postgres) -> None:
    kept_connection(contract.dsn(DATABASE)).execute(RESET.encode())


def client_of(server: httpx.Client, role: str = "service_role") -> Client:
    return create_client(str(server.base_url), KEYS[role], ClientOptions(httpx_client=server))


def body_of(response: httpx.Response) -> Any:
    return response.json() if response.content else None


def promised(response: httpx.Response) -> tuple[Any, ...]:
    """What must be equal. Not the words of errors, which change with PostgREST's version."""
    if response.is_success:
        kind = response.headers.get("content-type")
        return response.status_code, response.text, kind, response.headers.get("content-range")
    error = body_of(response)
    from_sql = (error["details"], error["hint"]) if not error["code"].startswith("PGRST") else ()
    return response.status_code, error["code"], set(error), *from_sql


@every_case
def test_the_expected_answer(server: httpx.Client, call: Call, status: int, expected: Any) -> None:
    response = call.send(server)
    body = body_of(response)
    assert response.status_code == status, body
    assert (Code(body["code"]) if isinstance(expected, Code) else body) == expected


@every_case
def test_the_same_answer_as_postgrest(
    contract: Postgres,
    stand_in: httpx.Client,
    postgrest: httpx.Client,
    call: Call,
    status: int,
    expected: Any,
) -> None:
    ours = promised(call.send(stand_in))
    undo(contract)
    assert ours == promised(call.send(postgrest))


class TestWithSupabasePy:
    """The same through the client that the product uses."""

    @pytest.mark.parametrize("value", [{"a": [1, "ñ"]}, [], "text", 7, False, None])
    def test_rpc_gives_the_value(self, server: httpx.Client, value: Any) -> None:
        assert client_of(server).rpc("echo_jsonb", {"value": value}).execute().data == value

    def test_rpc_without_a_result(self, server: httpx.Client) -> None:
        assert client_of(server).rpc("nothing", {}).execute().data in (None, [], "")

    @pytest.mark.parametrize("code", ["PT409", "P0001", "23514", "42501", "57014"])
    def test_rpc_raises_with_all_four_fields(self, server: httpx.Client, code: str) -> None:
        with pytest.raises(APIError) as caught:
            client_of(server).rpc("fail", {"code": code}).execute()
        error = caught.value
        found = (error.code, error.message, error.details, error.hint)
        assert found == (code, "the message", "the detail", "the hint")

    def test_rpc_unknown(self, server: httpx.Client) -> None:
        with pytest.raises(APIError) as caught:
            client_of(server).rpc("unknown_function", {"b": 1, "a": 2}).execute()
        assert caught.value.code == "PGRST202"
        assert (
            caught.value.message
            == "Could not find the function public.unknown_function(a, b) in the schema cache"
        )

    def test_refused(self, server: httpx.Client) -> None:
        with pytest.raises(APIError) as caught:
            client_of(server, "anon").rpc("for_service", {}).execute()
        assert caught.value.code == "42501"


def test_a_failed_function_leaves_nothing(server: httpx.Client) -> None:
    assert rpc("add_item_and_fail", {"code": "half"}).send(server).status_code == 400
    assert body_of(rpc("count_items", {"wanted": "half"}).send(server)) == 0


def test_what_was_written_is_there_for_the_next_call(server: httpx.Client) -> None:
    assert rpc("add_item", {"code": "whole", "amount": 1}).send(server).is_success
    assert body_of(rpc("count_items", {"wanted": "whole"}).send(server)) == 1


def test_a_function_with_a_lock_timeout_gives_up_what_somebody_holds(
    contract: Postgres, server: httpx.Client
) -> None:
    """By the function's own setting; the next call of the same connection has the session's again."""
    change = rpc("change_item", {"wanted": "a", "amount": 1})
    with psycopg.connect(contract.dsn(DATABASE)) as other:
        other.execute("select from items where code = 'a' for update")
        answer = change.send(server)
        assert (answer.status_code, answer.json()["code"]) == (500, "55P03")
    assert change.send(server).is_success


class TestOnlyTheStandIn:
    """What hosted Supabase's gateway does, and what only a local server needs."""

    def test_no_key(self, stand_in: httpx.Client) -> None:
        response = stand_in.post("/rest/v1/rpc/answer", json={})
        assert (response.status_code, response.json()["message"]) == (401, "No API key found in request")

    def test_the_root_lists_what_a_role_may_use(self, stand_in: httpx.Client) -> None:
        paths = {
            role: stand_in.get("/rest/v1/", headers={"apikey": KEYS[role]}).json()["paths"] for role in ROLES
        }
        assert {"/", "/items", "/rpc/count_items"} <= set(paths["service_role"])
        assert "/closed" in paths["service_role"]
        assert "/closed" not in paths["anon"]

    @pytest.mark.parametrize("headers", [{"apikey": "?"}, {"Authorization": "Bearer ?"}])
    def test_unknown_key(self, stand_in: httpx.Client, headers: dict[str, str]) -> None:
        response = stand_in.post("/rest/v1/rpc/answer", json={}, headers=headers)
        assert (response.status_code, response.json()["message"]) == (401, "Invalid API key")

    def test_the_key_without_a_bearer(self, stand_in: httpx.Client) -> None:
        response = stand_in.post("/rest/v1/rpc/who", headers={"apikey": KEYS["anon"]})
        assert response.json()["user"] == "anon"

    @pytest.mark.parametrize("query", ["select=id", "id=eq.1", "order=id"])
    def test_queries_are_refused(self, stand_in: httpx.Client, query: str) -> None:
        for call in (get(f"items?{query}"), rpc(f"all_items?{query}")):
            response = call.send(stand_in)
            assert (response.status_code, response.json()["code"]) == (400, "PGRST100")

    def test_a_change_of_the_schema_shows_at_once(self, contract: Postgres, stand_in: httpx.Client) -> None:
        with psycopg.connect(contract.dsn(DATABASE), autocommit=True) as connection:
            for body, answer in (("select 1", 1), ("select 2", 2)):
                connection.execute(
                    f"create or replace function public.late() returns int language sql as '{body}'"
                )
                assert body_of(rpc("late").send(stand_in)) == answer
            connection.execute("drop function public.late()")
        assert rpc("late").send(stand_in).status_code == 404

    def test_more_calls_than_connections(self, stand_in: httpx.Client) -> None:
        with ThreadPoolExecutor(16) as threads:
            answers = threads.map(lambda _: rpc("sleep", {"seconds": 0.05}).send(stand_in), range(32))
            assert {answer.status_code for answer in answers} == {204}


def test_it_survives_a_restart_of_postgres(copy_folder: CopyFolder, tmp_path: Path) -> None:
    call = rpc("version", role="anon")
    with Postgres(copy_folder(tmp_path / "database"), durable=False) as server:
        with psycopg.connect(server.dsn(KEPT)) as connection:
            connection.execute("create function public.version() returns int language sql as 'select 1'")
        app = data_api(server.dsn(KEPT, "authenticator"), keys=ROLE_OF_KEY, patience=0.3)
        with serve_in_thread(app) as url, httpx.Client(base_url=url, timeout=20) as client:
            assert call.send(client).status_code == 200
            server.stop()
            assert call.send(client).status_code in (503, 504)
            server.start()
            assert answers_within(call, client, seconds=5)


def answers_within(call: Call, client: httpx.Client, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if call.send(client).is_success:
            return True
    return False
