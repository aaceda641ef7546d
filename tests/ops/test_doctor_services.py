"""The doctor's checks of Supabase, Resend, the function and the outbox, each right and each wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from emulator.serving import serve_in_thread
from ops.checks.supabase_project import _schema, check_supabase, functions_of
from ops.migrations import FOLDER, Migration, read_migrations
from ops.operator_settings import OperatorSettings
from tests.support.ops import Operator

VERSIONS = [migration.version for migration in read_migrations(FOLDER)]
MIGRATE = "python -m ops migrate"


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The migrations of tomorrow's code."""
    for path in FOLDER.glob("*.sql"):
        (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "20991231000000_more.sql").write_text(
        "create function public.count_stars() returns int language sql as 'select 1'"
    )
    return tmp_path


def schema(operator: Operator, folder: Path, **changed: str) -> list[tuple[str, str, str]]:
    settings = OperatorSettings(values=operator.settings | changed, source="the test")
    return [
        (each.state, each.text, each.fix)
        for each in check_supabase(settings, folder)
        if each.check == "schema"
    ]


class TestSupabase:
    def test_right(self, operator: Operator) -> None:
        assert operator.doctor("supabase") == [
            ("right", "answers, and the key may call what the desk calls", "")
        ]

    def test_the_check_writes_nothing(self, operator: Operator) -> None:
        operator.run("doctor")
        with psycopg.connect(operator.supabase.database_url) as connection:
            assert connection.execute("select count(*) from customers").fetchone() == (0,)

    def test_an_unknown_key(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("supabase", SUPABASE_SECRET_KEY="sb_secret_other")
        assert (state, text) == ("wrong", "Supabase: the key does not belong to this project")

    def test_the_publishable_key(self, operator: Operator) -> None:
        key = operator.supabase.publishable_key
        ((state, text, _),) = operator.doctor("supabase", SUPABASE_SECRET_KEY=key)
        assert (state, "it must be the secret key, not the publishable one" in text) == ("wrong", True)

    def test_nobody_there(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("supabase", SUPABASE_URL="http://127.0.0.1:1")
        assert (state, "cannot be reached" in text) == ("wrong", True)

    def test_no_schema(self, operator: Operator) -> None:
        with psycopg.connect(operator.supabase.database_url) as connection:
            connection.execute("alter function public.load_conversation rename to hidden")
            connection.commit()
            try:
                ((state, text, _),) = operator.doctor("supabase")
            finally:
                connection.execute("alter function public.hidden rename to load_conversation")
        assert (state, MIGRATE in text) == ("wrong", True)


class TestSchema:
    def test_right_by_version(self, operator: Operator) -> None:
        assert operator.doctor("schema") == [("right", f"up to date, version {VERSIONS[-1]}", "")]

    def test_right_by_the_functions_that_are_there(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("schema", SUPABASE_DB_URL=None)
        assert (state, "every function is there" in text) == ("right", True)

    def test_an_older_one_by_version(self, operator: Operator, newer: Path) -> None:
        assert schema(operator, newer) == [("wrong", "not applied: 20991231000000_more.sql", MIGRATE)]

    def test_an_older_one_by_its_functions(self, operator: Operator, newer: Path) -> None:
        found = schema(operator, newer, SUPABASE_DB_URL="")
        assert found == [("wrong", "the database lacks the functions count_stars", MIGRATE)]

    def test_without_the_versions_and_without_a_description(
        self, operator: Operator, other_service: str
    ) -> None:
        settings = OperatorSettings(
            values=operator.settings | {"SUPABASE_DB_URL": "", "SUPABASE_URL": other_service}, source=""
        )
        assert _schema(settings, FOLDER).state == "warning"

    def test_an_address_that_leads_nowhere(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("schema", SUPABASE_DB_URL="postgresql://a:hidden@127.0.0.1:1/x")
        assert (state, text) == ("wrong", "SUPABASE_DB_URL: 127.0.0.1:1/x: nobody answers at this port")

    def test_the_functions_of_migrations(self) -> None:
        texts = [
            "create function public.a() returns int; create or replace FUNCTION public.b(x int) returns trigger",
            "create function public.c(p text default ')') returns void; drop function public.a(); select 1",
        ]
        migrations = [Migration(version=str(place), name="", text=text) for place, text in enumerate(texts)]
        assert functions_of(migrations[:1]) == {"a"}
        assert functions_of(migrations) == {"c"}


class TestPrivileges:
    def test_right_with_the_publishable_key(self, operator: Operator) -> None:
        assert operator.doctor("privileges") == [
            ("right", "with the publishable key nothing is accessible", "")
        ]

    def test_right_without_a_key(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("privileges", SUPABASE_PUBLISHABLE_KEY=None)
        assert (state, text.startswith("with no key nothing is accessible")) == ("right", True)

    @pytest.mark.parametrize(
        ("opening", "closing", "what"),
        [
            ("grant select on public.customers to anon", "revoke select on public.customers from anon", "the table customers"),
            (
                "grant execute on function public.load_conversation, public.find_customer, public.ticket_view to anon; "
                "alter function public.load_conversation security definer",
                "revoke execute on function public.load_conversation, public.find_customer, public.ticket_view from anon; "
                "alter function public.load_conversation security invoker",
                "the function load_conversation",
            ),
        ],
    )  # fmt: skip
    def test_something_is_open(self, operator: Operator, opening: str, closing: str, what: str) -> None:
        with psycopg.connect(operator.supabase.database_url, autocommit=True) as connection:
            connection.execute(opening.encode())
            try:
                ((state, text, _),) = operator.doctor("privileges")
            finally:
                connection.execute(closing.encode())
        assert (state, text) == ("wrong", f"{what} can be used with the publishable key")

    def test_a_grant_that_was_changed(self, operator: Operator) -> None:
        with psycopg.connect(operator.supabase.database_url, autocommit=True) as connection:
            connection.execute("revoke execute on function public.claim_outbox from service_role")
            try:
                found = operator.doctor("privileges")
                without_the_address = operator.doctor("privileges", SUPABASE_DB_URL=None)
            finally:
                connection.execute("grant execute on function public.claim_outbox to service_role")
        text = "not as they should be: service_role lacks execute on claim_outbox()"
        assert found == [("wrong", text, MIGRATE)]
        assert without_the_address[0][0] == "right"

    def test_of_many_only_the_first_are_named(self, operator: Operator) -> None:
        with psycopg.connect(operator.supabase.database_url, autocommit=True) as connection:
            connection.execute("grant truncate on all tables in schema public to authenticated")
            try:
                ((state, text, _),) = operator.doctor("privileges")
            finally:
                connection.execute("revoke truncate on all tables in schema public from authenticated")
        assert (state, "authenticated has truncate on account_updates; authenticated has" in text) == (
            "wrong",
            True,
        )
        assert text.endswith(" more")

    def test_an_older_schema_has_other_grants(self, operator: Operator, newer: Path) -> None:
        settings = OperatorSettings(values=operator.settings, source="the test")
        found = {each.check: each.state for each in check_supabase(settings, newer)}
        assert (found["schema"], found["privileges"]) == ("wrong", "right")

    def test_an_unknown_publishable_key_is_no_error(self, operator: Operator) -> None:
        assert operator.doctor("privileges", SUPABASE_PUBLISHABLE_KEY="sb_publishable_x")[0][0] == "right"


class TestResend:
    def test_right(self, operator: Operator) -> None:
        assert operator.doctor("resend") == [("right", "the key is valid", "")]
        assert operator.doctor("sender") == [("right", "example.com is verified", "")]

    def test_a_wrong_key(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("resend", RESEND_API_KEY="re_other")
        assert (state, text) == ("wrong", "it refuses the key (invalid_api_key)")

    def test_a_key_for_sending_only(self, operator: Operator) -> None:
        operator.resend.switches.sending_only = True
        assert operator.doctor("resend") == [("right", "the key is valid, for sending only", "")]
        ((state, text, _),) = operator.doctor("sender")
        assert (state, "cannot be checked" in text) == ("warning", True)

    def test_it_has_an_error(self, operator: Operator) -> None:
        operator.resend.faults.error("application_error", status=500)
        ((state, text, _),) = operator.doctor("resend")
        assert (state, text) == ("warning", "it answers 500 (application_error): try again later")

    @pytest.mark.parametrize(
        ("sender", "state", "expected"),
        [
            ("Soporte <soporte@example.net>", "wrong", "example.net is not one of this Resend account"),
            ("soporte@PENDING.example", "wrong", "pending.example is pending"),
            ("soporte@resend.dev", "warning", "resend.dev delivers only to your own address at Resend"),
        ],
    )
    def test_a_domain_that_may_not_send(
        self, operator: Operator, sender: str, state: str, expected: str
    ) -> None:
        operator.resend.switches.domains["pending.example"] = "pending"
        ((found, text, _),) = operator.doctor("sender", SUPPORT_EMAIL_FROM=sender)
        assert (found, text) == (state, expected)


@pytest.fixture
def other_service() -> Iterator[str]:
    """Something else at the address, which says yes to everybody."""

    async def health(_: Request) -> Response:
        return JSONResponse({"version": "9.9.9"})

    async def anything(request: Request) -> Response:
        return PlainTextResponse(request.query_params.get("hub.challenge", "hello"))

    routes = [Route("/health", health), Route("/", anything, methods=["GET", "POST"])]
    with serve_in_thread(Starlette(routes=routes)) as url:
        yield url


class TestQuota:
    """Resend's free plan, as the desk counts it where Resend does not tell: each recipient."""

    @pytest.fixture(autouse=True)
    def untold(self, operator: Operator) -> None:
        operator.resend.faults.error("not_found", 404, path="/usage")

    def sent(self, operator: Operator, count: int, hours: int, **columns: Any) -> None:
        given = {"status": "sent", "emails": 1, **columns}
        with psycopg.connect(operator.supabase.database_url) as connection:
            connection.execute(
                "insert into outbox (lane, channel, content, dedup_key, status, emails, created_at, done_at) "
                "select 'l' || n, %s, 'opened', 'k' || n || %s, %s, %s, at, at "
                "from generate_series(1, %s) n, (select now() - %s * interval '1 hour' as at) t",
                [
                    given.get("channel", "email"), str(hours), given["status"], given["emails"], count, hours
                ],
            )  # fmt: skip

    @pytest.mark.parametrize(
        ("technicians", "expected"),
        [
            (1, "1 technician: a new ticket is 1 e-mail, so the free plan's 100 a day are about 100 new tickets, and its 3,000 a month 3,000"),
            (4, "4 technicians: a new ticket is 4 e-mails, so the free plan's 100 a day are about 25 new tickets, and its 3,000 a month 750"),
            (50, "50 technicians: a new ticket is 50 e-mails, so the free plan's 100 a day are about 2 new tickets, and its 3,000 a month 60"),
        ],
    )  # fmt: skip
    def test_what_it_carries(self, operator: Operator, technicians: int, expected: str) -> None:
        to = ", ".join(f"t{number}@example.com" for number in range(technicians))
        assert operator.doctor("quota", SUPPORT_EMAIL_TO=to) == [
            ("right", f"{expected}; 0 sent in the last 24 h, 0 in 30 days", "")
        ]

    def test_what_counts(self, operator: Operator) -> None:
        self.sent(operator, 3, 1, emails=4)
        self.sent(operator, 2, 2, emails=None)  # not known: one at least
        self.sent(operator, 1, 3, status="unknown")
        self.sent(operator, 5, 4, status="dead")
        self.sent(operator, 5, 5, channel="whatsapp")
        self.sent(operator, 2, 25, emails=2)
        self.sent(operator, 7, 24 * 30 + 1)
        ((state, text, _),) = operator.doctor("quota")
        assert (state, text.partition("; ")[2]) == ("right", "15 sent in the last 24 h, 19 in 30 days")

    @pytest.mark.parametrize(
        ("count", "hours", "state", "said"),
        [
            (79, 1, "right", ""),
            (80, 1, "warning", ": on the free plan, e-mails will soon wait for the next day"),
            (200, 1, "warning", ": on the free plan, e-mails will soon wait for the next day"),
            (201, 1, "right", ": more than the free plan allows, so it is another one"),
            (2399, 48, "right", ""),
            (2400, 48, "warning", ": on the free plan, e-mails will soon wait for the next day"),
            (3001, 48, "right", ": more than the free plan allows, so it is another one"),
        ],
    )
    def test_when_it_is_nearly_used_up(
        self, operator: Operator, count: int, hours: int, state: str, said: str
    ) -> None:
        self.sent(operator, 1, hours, emails=count)
        ((found, text, fix),) = operator.doctor("quota")
        assert (found, text.rpartition(" in 30 days")[2]) == (state, said)
        assert fix == ("a paid plan has no daily limit: resend.com/pricing" if state == "warning" else "")

    def test_without_a_database_it_is_still_computed(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("quota", SUPABASE_URL="http://127.0.0.1:1")
        assert (state, text.partition("; ")[2]) == ("right", "what was sent could not be counted")

    @pytest.mark.parametrize("to", [None, "nobody"])
    def test_nothing_is_said_of_nobody(self, operator: Operator, to: str | None) -> None:
        """check_settings says it."""
        assert operator.doctor("quota", SUPPORT_EMAIL_TO=to) == []


class TestService:
    def test_right(self, operator: Operator) -> None:
        assert operator.doctor("service") == [("right", f"{operator.url} answers, version 0.1.0", "")]
        assert operator.doctor("verification")[0][0] == "right"
        assert operator.doctor("signature") == [("right", "it knows WHATSAPP_APP_SECRET", "")]

    def test_another_version(self, operator: Operator, other_service: str) -> None:
        ((state, text, _),) = operator.doctor("service", PUBLIC_URL=other_service)
        assert (state, text) == ("warning", f"{other_service} runs version 9.9.9, this is 0.1.0")

    def test_not_our_function(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("service", PUBLIC_URL=operator.graph.url)
        assert (state, "/health answers 404: is that our function?" in text) == ("wrong", True)

    def test_another_verify_token(self, operator: Operator) -> None:
        ((state, text, fix),) = operator.doctor("verification", WHATSAPP_VERIFY_TOKEN="another")
        assert (state, text) == ("wrong", "it does not know WHATSAPP_VERIFY_TOKEN (answers 403)")
        assert "make deploy" in fix

    def test_one_that_accepts_every_token(self, operator: Operator, other_service: str) -> None:
        ((state, text, _),) = operator.doctor("verification", PUBLIC_URL=other_service)
        assert (state, text) == ("wrong", "it answers 200 to a wrong token, not 403")

    def test_another_secret(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("signature", WHATSAPP_APP_SECRET="f" * 32)
        assert (state, "does not know WHATSAPP_APP_SECRET (answers 401)" in text) == ("wrong", True)


class TestOutbox:
    def put(self, operator: Operator, **values: Any) -> None:
        """A row that waits, but for what is said."""
        row = {
            "dedup_key": f"k{len(values)}",
            "lane": "l",
            "channel": "whatsapp",
            "body": "secret words",
        } | values
        names, places = ", ".join(row), ", ".join(["%s"] * len(row))
        with psycopg.connect(operator.supabase.database_url) as connection:
            connection.execute(f"insert into outbox ({names}) values ({places})".encode(), list(row.values()))

    def test_nothing_waits(self, operator: Operator) -> None:
        assert operator.doctor("outbox") == [("right", "nothing waits", "")]

    def test_what_has_just_come(self, operator: Operator) -> None:
        self.put(operator)
        ((state, text, _),) = operator.doctor("outbox")
        assert (state, text.startswith("1 waiting, the oldest for ")) == ("right", True)

    @pytest.mark.parametrize(("since", "shown"), [("-7 minutes", "7 min"), ("-3 hours", "3 h")])
    def test_what_should_have_left_long_ago(self, operator: Operator, since: str, shown: str) -> None:
        with psycopg.connect(operator.supabase.database_url) as connection:
            row = connection.execute("select now() + %s::interval", [since]).fetchone()
        assert row is not None
        self.put(operator, created_at=row[0], next_at=row[0])
        ((state, text, fix),) = operator.doctor("outbox")
        assert (state, text.startswith(f"1 waiting, the oldest for {shown}; 1 should have left")) == (
            "wrong",
            True,
        )
        assert "sweep" in fix

    def test_what_was_given_up(self, operator: Operator) -> None:
        self.put(operator, status="dead", last_error="meta 131026")
        self.put(operator, status="dead", last_error="meta 100", reported_at="2026-11-01", dedup_key="other")
        self.put(operator, status="dead", last_error="superseded", dedup_key="third")  # as it should be
        waiting, dead = operator.doctor("outbox")
        assert waiting[0] == "right"
        assert dead[:2] == ("warning", "2 given up; the last: whatsapp, meta 100")

    def test_what_was_given_up_is_shown_until_somebody_has_seen_to_it(self, operator: Operator) -> None:
        """A sweep logs it once; that is not to have seen it."""
        self.put(operator, status="dead", last_error="meta 131026")
        with psycopg.connect(operator.supabase.database_url) as connection:
            connection.execute("select report_dead()")
        assert len(operator.doctor("outbox")) == 2
        (number,) = [entry["id"] for entry in operator.json("outbox", "list", "--status", "dead")]
        operator.run("outbox", "drop", str(number), "--yes")
        assert operator.doctor("outbox") == [("right", "nothing waits", "")]

    def test_a_paused_channel(self, operator: Operator) -> None:
        self.put(operator, next_at="2026-11-01")
        with psycopg.connect(operator.supabase.database_url) as connection:
            connection.execute(
                "insert into channel_pauses values ('whatsapp', '2099-11-23T10:30:00Z', 'meta 190'), "
                "('email', '2026-11-01', 'resend 429')"
            )
        waiting, resting = operator.doctor("outbox")
        assert waiting[0] == "right"  # it is late because of the pause
        assert resting[:2] == ("warning", "whatsapp is paused until 10:30 UTC: meta 190")

    def test_a_template_that_is_refused(self, operator: Operator) -> None:
        self.put(operator, held=True, as_template=True, last_error="meta 132015")
        waiting, held = operator.doctor("outbox")
        assert waiting[:2] == ("right", "nothing waits")
        assert held[:2] == ("warning", "1 waiting because Meta refuses the template: meta 132015")

    def test_messages_of_customers_are_not_shown(self, operator: Operator) -> None:
        self.put(operator, status="dead")
        assert "secret words" not in operator.run("doctor").everything
