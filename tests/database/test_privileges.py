"""Privileges in the database: the secret key may do what the function needs, everybody else nothing at all."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from emulator.supabase.database import create_database
from emulator.supabase.postgres import Postgres
from ops.migrations import apply_migrations
from tests.support.builders import ANA, Desk, Tables, desk_over, message, opens, tables_of
from tests.support.database import SupabaseLocal, close_kept_connections, grant_by_default

ROLES = ("anon", "authenticated", "service_role", "authenticator", "public")
TABLE_PRIVILEGES = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
SEQUENCE_PRIVILEGES = ("usage", "select", "update")

FUNCTIONS = (
    "select oid, oid::regprocedure::text as name from pg_proc where pronamespace = 'public'::regnamespace"
)
RELATIONS = """
    select oid, relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind::text = any (%s)"""
# Only calculates: reads no table and calls none of our functions, so that the search path does not matter.
CALCULATION = "prolang = (select oid from pg_language where lanname = 'sql') and prosrc !~ 'public\\.'"
# All that there is, so that whoever adds something says so here, and has thought of who may use it.
OUR_TABLES = sorted(
    "account_updates answers attachments channel_pauses conversations customers desk_access drafts heartbeats inbound mail_failures "
    "operator_mails outbox received_mails retention technicians ticket_events ticket_words tickets".split()
)
OUR_VIEWS = sorted("report_days report_months report_open report_ratings ticket_times".split())
OUR_FUNCTIONS = sorted(
    """
    find_customer merge_customers assign_phone_number identify_customer link_identity find_person erase_customer erase_person
    number_forms has_written customer_of_number learn_number open_ticket_for has_too_many_tickets tells_of_opening release_first_notifications
    number_lifetime number_is_theirs lock_people lock_belongings release_number
    load_conversation latest_tickets unshown_questions commit_turn unchanged_turn throttle_turn answer_duplicate answer_concurrent_duplicate
    ticket_moves ticket_view open_ticket change_ticket delete_message remove_part move_ticket change_is_allowed insert_attachments check_status_change
    assigns match_assignee assign_ticket is_untaken record_assignment notify_colleague work_on_ticket
    is_away set_away absences technician_id opened_record
    record_status_change ticket_record load_ticket list_tickets act_on_ticket mail_link events_page load_file why_not_kept max_notes_per_day max_characters_per_day max_files_per_day max_links_per_hour max_tickets_per_hour max_messages_per_hour
    bubbles_at_once bubble_seconds
    notify notify_customer notify_technicians record_notification append_fact release_held deliveries digest_record
    service_window max_attempts max_emails_per_hour email_key_lifetime retry_pause has_template is_paused
    max_refusals refusal_pause max_refused_recipients judge_refusal hold_template release_templates load_conversations
    complete_outbox_row cap_emails insert_outbox_row take_place_of_waiting due_lanes lease_waiting max_reply_wait
    lease_lanes leased_row lock_notified_customers lock_reported_rows
    emails_per_second pause_channel max_lanes_per_claim claim_again_in max_digest_events
    claim_outbox mark_sent mark_rows_sent finish_outbox confirm_outbox apply_delivery_status report_dead
    record_poison record_deletion record_edit purge_expired report export_tickets
    desk_epoch end_desk_access next_on_desk lead_from_desk leave_desk has_just_said is_to_be_read possible_actions desk_link_record mail_desk_link open_desk list_desk desk_places desk_row draft_row max_desk_count
    keep_waiting taken_by absent_takers holds_draft keep_draft
    words_of trigrams_of trigrams_within who_words index_ticket index_tickets index_event search_words who_patterns latest_searched search_tickets
    mark_ticket merge_ticket other_tickets ticket_page list_answers load_answer set_answer remove_answer
    is_from_technician delivery_state file_json file_record file_delivery is_wanted lanes_of_files store_attachment remove_object remove_attachment
    is_dead_letter retry_lane stored_files removable_files make_room customer_share customer_bytes reserve_file record_stored record_missing record_transcript record_lost_file
    record_uploaded announce_files refetch_files claim_files drop_files send_files index_transcript
    is_out_of_reach was_refused mail_failure_lasts record_mail_failure record_account_update heartbeat_lasts problems claim_operator_mail watch finish_operator_mail
    kept_since expired_tickets is_forgotten forget_customers delete_expired_tickets apply_retention retention_counts get_retention set_retention
    export_person export_ticket open_after_restore restored_gap settle_restored list_files database_use
    received_record mailed_record receive_mail finish_mail record_unread_mail max_mails_per_hour max_told_per_hour
    outbox_entry list_outbox outbox_backlog emails_sent lock_outbox_row retry_outbox drop_outbox resume_channel
    """.split()
)
TABLE_KINDS = ["r", "p", "m", "f"]
VIEW_KINDS = ["v"]


@pytest.fixture(scope="module")
def older_project(postgres: Postgres) -> Iterator[str]:
    """The URL of a database with our schema, of a project from before 2026-10-30: then new tables were open to all keys."""
    create_database(postgres, "older_project")
    grant_by_default(postgres, "older_project")
    dsn = postgres.dsn("older_project")
    apply_migrations(dsn)
    yield dsn
    close_kept_connections(dsn)


@pytest.fixture
def tables(database: str) -> Iterator[Tables]:
    with tables_of(database) as tables:
        yield tables


def granted(tables: Tables, found: str, test: str, privileges: tuple[str, ...], *values: Any) -> Any:
    """The privileges of each role: {role: {name: {privilege}}}."""
    statement = f"""
        select thing.name, role, privilege from ({found}) as thing, unnest(%s::text[]) as role, unnest(%s::text[]) as privilege
         where {test}(role, thing.oid, privilege)"""
    held: dict[str, dict[str, set[str]]] = {role: {} for role in ROLES}
    for row in tables.all(statement, *values, list(ROLES), list(privileges)):
        held[row["role"]].setdefault(row["name"], set()).add(row["privilege"])
    return held


def only_service_role(names: list[str], *privileges: str) -> dict[str, dict[str, set[str]]]:
    service_role = {name: set(privileges) for name in names} if privileges else {}
    return {role: service_role if role == "service_role" else {} for role in ROLES}


def names(tables: Tables, found: str, *values: Any) -> list[str]:
    return [row["name"] for row in tables.all(found, *values)]


class TestGrants:
    """The whole table of who may do what: for each name of ours below, by its kind; nothing beside, and nobody else."""

    @pytest.fixture(params=["a new project", "an older project"])
    def tables(self, request: pytest.FixtureRequest) -> Iterator[Tables]:
        new = request.param == "a new project"
        with tables_of(request.getfixturevalue("database" if new else "older_project")) as tables:
            yield tables

    def test_functions(self, tables: Tables) -> None:
        assert sorted({name.partition("(")[0] for name in names(tables, FUNCTIONS)}) == OUR_FUNCTIONS
        held = granted(tables, FUNCTIONS, "has_function_privilege", ("execute",))
        assert held == only_service_role(names(tables, FUNCTIONS), "execute")

    def test_no_function_has_two_forms(self, tables: Tables) -> None:
        """The Data API picks one by its arguments: what was closed in one form must not be open in another."""
        assert len(names(tables, FUNCTIONS)) == len(OUR_FUNCTIONS)

    def test_tables(self, tables: Tables) -> None:
        assert sorted(names(tables, RELATIONS, TABLE_KINDS)) == OUR_TABLES
        held = granted(tables, RELATIONS, "has_table_privilege", TABLE_PRIVILEGES, TABLE_KINDS)
        assert held == only_service_role(OUR_TABLES, "select", "insert", "update", "delete")

    def test_views_are_read_only(self, tables: Tables) -> None:
        assert sorted(names(tables, RELATIONS, VIEW_KINDS)) == OUR_VIEWS
        held = granted(tables, RELATIONS, "has_table_privilege", TABLE_PRIVILEGES, VIEW_KINDS)
        assert held == only_service_role(OUR_VIEWS, "select")

    def test_columns(self, tables: Tables) -> None:
        """A grant on one column is none on the table, and opens it all the same."""
        test, kinds = "has_any_column_privilege", ("select", "insert", "update", "references")
        held = granted(tables, RELATIONS, test, kinds, TABLE_KINDS)
        assert held == only_service_role(OUR_TABLES, "select", "insert", "update")
        assert granted(tables, RELATIONS, test, kinds, VIEW_KINDS) == only_service_role(OUR_VIEWS, "select")

    def test_sequences(self, tables: Tables) -> None:
        """Identity columns need no grant: nobody counts them up by hand."""
        uncounted = {
            "account_updates",
            "answers",
            "channel_pauses",
            "conversations",
            "desk_access",
            "drafts",
            "heartbeats",
            "inbound",
            "mail_failures",
            "retention",
            "technicians",
            "ticket_words",
        }
        counted = sorted(f"{table}_id_seq" for table in OUR_TABLES if table not in uncounted)
        assert sorted(names(tables, RELATIONS, ["S"])) == counted
        held = granted(tables, RELATIONS, "has_sequence_privilege", SEQUENCE_PRIVILEGES, ["S"])
        assert held == only_service_role([])

    def test_nobody_else_is_named(self, tables: Tables) -> None:
        """Not by a role that nobody thought of either: all that is granted is the owner's or the secret key's."""
        grantees = """
            select distinct coalesce(nullif(grantee, 0)::regrole::text, 'public') as name from (
              select (aclexplode(proacl)).grantee from pg_proc where pronamespace = 'public'::regnamespace
              union all
              select (aclexplode(relacl)).grantee from pg_class where relnamespace = 'public'::regnamespace) acl
             order by 1"""
        assert names(tables, grantees) == ["postgres", "service_role"]

    def test_everything_of_ours_is_in_one_schema(self, tables: Tables) -> None:
        theirs = [
            "auth",
            "extensions",
            "graphql_public",
            "public",
            "realtime",
            "storage",
            "supabase_migrations",
            "vault",
        ]
        schemas = "select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'"
        assert set(names(tables, schemas)) <= set(theirs)

    def test_nobody_makes_anything_in_the_schema(self, tables: Tables) -> None:
        may = (
            "select role from unnest(%s::text[]) as role where has_schema_privilege(role, 'public', 'create')"
        )
        assert tables.all(may, list(ROLES)) == []


def _in_a_statement(tables: Tables, call: str, name: str) -> str:
    """A statement with this call, whose arguments are not constants: a constant would be calculated beforehand."""
    rows = "pg_catalog.generate_series(1, 2) as n"
    is_set = tables.value("select proretset from pg_proc where proname = %s", name)
    return f"select * from {rows}, lateral {call} as f" if is_set else f"select {call} from {rows}"


class TestShape:
    def test_row_level_security_is_on_and_has_no_policy(self, tables: Tables) -> None:
        bare = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
        assert tables.all(f"{bare} and not relrowsecurity") == []
        assert tables.all("select policyname from pg_policies where schemaname = 'public'") == []

    def test_functions_have_an_empty_search_path_and_the_caller_s_rights(self, tables: Tables) -> None:
        loose = "(proconfig is null or not proconfig @> array['search_path=\"\"'])"
        assert tables.all(f"{FUNCTIONS} and (prosecdef or {loose} and not ({CALCULATION}))") == []

    def test_a_calculation_is_put_into_the_calling_statement(self, tables: Tables) -> None:
        """Postgres inlines a function in SQL only if it has no setting. It works with any search path."""
        found = [row["name"] for row in tables.all(f"{FUNCTIONS} and {CALCULATION}")]
        assert "service_window()" in found
        with tables.connection.transaction():
            tables.do("set local search_path = ''")
            for name, arguments in (found.removesuffix(")").split("(") for found in found):
                given = ", ".join(f"n::text::{kind}" for kind in arguments.split(",") if kind)
                call = f"public.{name}({given})"
                plan = tables.all(f"explain (verbose) {_in_a_statement(tables, call, name)} order by 1")
                assert name not in str(plan), plan

    def test_views_would_have_the_caller_s_rights(self, tables: Tables) -> None:
        views = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'"
        assert (
            tables.all(f"{views} and not coalesce(reloptions, '{{}}') @> array['security_invoker=true']")
            == []
        )


class TestDataApi:
    """The publishable key is in nobody's hands here, and would open nothing."""

    @pytest.fixture
    def desk(self, supabase_local: SupabaseLocal) -> Iterator[Desk]:
        with desk_over(supabase_local) as desk:
            desk.take(message("1"), opens(1))
            yield desk

    @pytest.fixture
    def client(self, supabase_local: SupabaseLocal) -> Iterator[httpx.Client]:
        headers = {"apikey": supabase_local.publishable_key}
        with httpx.Client(base_url=f"{supabase_local.url}/rest/v1", headers=headers) as client:
            yield client

    def test_no_table(self, desk: Desk, client: httpx.Client) -> None:
        for name in names(desk.tables, RELATIONS, TABLE_KINDS):
            answer = client.get(f"/{name}")
            assert (answer.status_code, answer.json()["code"]) == (401, "42501"), name
            assert str(ANA.user_id) not in answer.text

    def test_no_function(self, desk: Desk, client: httpx.Client) -> None:
        """Called rightly, with every argument it has."""
        statement = """
            select proname as name, coalesce(proargnames[:pronargs], '{}') as arguments from pg_proc
             where pronamespace = 'public'::regnamespace and prorettype <> 'trigger'::regtype"""
        for row in desk.tables.all(statement):
            answer = client.post(f"/rpc/{row['name']}", json=dict.fromkeys(row["arguments"]))
            assert (answer.status_code, answer.json()["code"]) == (401, "42501"), row["name"]

    def test_and_no_key_opens_less(self, desk: Desk, client: httpx.Client) -> None:
        for key in ("", "sb_secret_guessed"):
            assert client.get("/customers", headers={"apikey": key}).status_code == 401
