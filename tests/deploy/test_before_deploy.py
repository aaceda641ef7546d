"""What is wrong with the settings is found before anything is touched: Google, Meta and the database stay as they are."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from emulator.serving import serve_in_thread
from emulator.supabase.postgres import Postgres
from emulator.supabase.project import SUPABASE_PUBLISHABLE_KEY, SUPABASE_ROLES, supabase_app
from emulator.supabase.storage_api import Storage
from ops.mail_dns import MailDns
from state.store.files import FileStorage
from tests.support.deploy_desk import Desk
from tests.support.dns_server import dns_server

pytestmark = pytest.mark.slow
WRONG = {
    "WHATSAPP_ACCESS_TOKEN": ("EAAother", "✗ token: "),
    "WHATSAPP_APP_SECRET": ("f" * 32, "✗ app: WHATSAPP_APP_SECRET is not that of app"),
    "WHATSAPP_PHONE_NUMBER_ID": ("12345678", "✗ number: WHATSAPP_PHONE_NUMBER_ID: there is no such id"),
    "WHATSAPP_BUSINESS_ACCOUNT_ID": ("12345678", "✗ account: the number is not one of business account"),
    "SUPABASE_SECRET_KEY": ("sb_secret_other", "✗ supabase: "),
    "SUPABASE_URL": ("http://127.0.0.1:1", "✗ supabase: Supabase cannot be reached"),
    "RESEND_API_KEY": ("re_other", "✗ resend: it refuses the key"),
    "SUPPORT_EMAIL_FROM": (
        "a@elsewhere.example",
        "✗ sender: elsewhere.example is not one of this Resend account",
    ),
    "TRANSCRIBE_URL": (
        "http://127.0.0.1:1/v1/audio/transcriptions",
        "✗ transcription: TRANSCRIBE_URL: nobody",
    ),
    "STATUS_TEMPLATE": ("another", "✗ template: another in es is not registered"),
}


def applied_migrations(database: str) -> bool:
    with psycopg.connect(database) as connection:
        return connection.execute(
            "select to_regclass('supabase_migrations.schema_migrations')"
        ).fetchone() != (None,)


@pytest.mark.parametrize("setting", WRONG)
def test_one_that_is_wrong_stops_it(desk: Desk, empty_database: str, setting: str) -> None:
    value, line = WRONG[setting]
    desk.set(**{setting: value})
    result = desk.deploy()
    assert result.code == 1
    assert line in result.out
    assert "nothing was changed" in result.err
    assert not desk.changes()
    assert desk.operator.account.subscription is None
    assert not applied_migrations(empty_database)


def test_a_token_without_a_permission_stops_it(desk: Desk) -> None:
    desk.operator.account.scopes = ("whatsapp_business_messaging",)
    result = desk.deploy("--setup")
    assert result.code == 1
    assert "✗ permissions: the token lacks whatsapp_business_management" in result.out
    assert not desk.changes()


def test_what_the_deploy_itself_mends_does_not(desk: Desk) -> None:
    """No webhook, no subscription, no template, and a database to be migrated."""
    desk.operator.account.templates.all.clear()
    result = desk.deploy("--setup", "--check")
    assert result.code == 0, result.everything
    for check in ("webhook", "deliveries", "template", "schema"):
        assert f"✓ {check}: this deploy sees to it" in result.out
    assert not desk.changes()


def test_a_template_that_only_setup_registers(desk: Desk) -> None:
    desk.operator.account.templates.all.clear()
    result = desk.deploy("--check")
    assert "✗ template: ticket_update in es is not registered" in result.out
    assert "or run this again with SETUP=1 (--setup)" in result.out


def test_what_a_deploy_makes_no_worse_is_a_warning(desk: Desk) -> None:
    for template in desk.operator.account.templates.all:
        template.status = "PAUSED"
    result = desk.deploy("--check", "--setup")
    assert result.code == 0, result.everything
    assert "! template: ticket_update in es is PAUSED" in result.out


@pytest.fixture
def empty_project(postgres: Postgres, empty_database: str, tmp_path: Path) -> Iterator[str]:
    """Supabase before the first deploy: no schema, no bucket."""
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("grant usage on schema public to anon, authenticated, service_role")
    app = supabase_app(
        postgres.dsn("hosted", "authenticator"),
        Storage(tmp_path / "storage", keys=SUPABASE_ROLES),
        pool_size=2,
    )
    with serve_in_thread(app) as url:
        yield url


def test_an_empty_project_is_no_problem(desk: Desk, empty_project: str) -> None:
    desk.set(SUPABASE_URL=empty_project, SUPABASE_PUBLISHABLE_KEY=SUPABASE_PUBLISHABLE_KEY)
    result = desk.deploy("--check", "--setup")
    assert result.code == 0, result.everything
    for check in ("supabase", "schema", "files"):
        assert f"✓ {check}: this deploy sees to it" in result.out
    assert "✓ privileges: with the publishable key nothing is accessible" in result.out


def test_an_empty_project_with_another_key_is_one(desk: Desk, empty_project: str) -> None:
    desk.set(SUPABASE_URL=empty_project, SUPABASE_SECRET_KEY="sb_secret_other")
    result = desk.deploy("--check", "--setup")
    assert result.code == 1
    assert "✗ supabase: Supabase: the key does not belong to this project" in result.out


def test_nothing_is_stored_to_find_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor stores a file and removes it; before a deploy nothing is touched."""
    changed: list[str] = []
    monkeypatch.setattr(FileStorage, "put", lambda *_: changed.append("put"))
    monkeypatch.setattr(FileStorage, "remove", lambda *_: changed.append("remove"))
    result = desk.deploy("--check", "--setup")
    assert (result.code, changed) == (0, [])
    assert "✓ files: the bucket ticket-files is private" in result.out


def test_what_is_wrong_with_answers_by_e_mail_stops_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """All but the webhook at Resend: to where it has to lead is known after the first deploy only."""
    domain = "replies.example.com"
    desk.operator.resend.switches.domains[domain] = "verified"
    desk.set(INBOUND_EMAIL_DOMAIN=domain, PUBLIC_URL="")
    with dns_server() as dns:
        monkeypatch.setattr(MailDns, "of_this_machine", dns.mail_dns)
        monkeypatch.setattr("ops.checks.mail_domains.is_stand_in", lambda _: False)
        result = desk.deploy("--check", "--setup")
    assert result.code == 1
    assert f"✗ answer domain: Resend does not receive for {domain}" in result.out
    assert f"✗ answer domain: {domain} has no MX record, so no answer arrives" in result.out
    assert "! mail webhook: not checked: PUBLIC_URL is missing" in result.out
    assert "! technicians' domains: example.com is not checked: no e-mail is received there" in result.out
    assert not desk.changes()
