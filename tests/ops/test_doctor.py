"""`python -m ops doctor`: one line for each thing that is right or wrong, and how to fix it."""

import base64
import json
from pathlib import Path

import psycopg
import pytest

from ops.commands.doctor import CHECKS
from tests.support.ops import Operator, run_ops

RIGHT_CHECKS = {
    "settings", "token", "permissions", "app", "webhook", "webhook fields", "number", "sending", "account", "deliveries",
    "template", "supabase", "schema", "database", "privileges", "resend", "sender", "service", "verification", "signature",
    "outbox", "files", "quota", "sweep", "alarms", "sweep token", "bounces",
}  # fmt: skip


def key_of(**claims: str) -> str:
    """A key of the old kind, as far as anybody can tell without the project's secret."""
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return f"{head}.{body}.c2lnbmF0dXJl"


class TestAsAWhole:
    def test_a_desk_that_is_set_up_right(self, operator: Operator) -> None:
        result = operator.run("doctor")
        lines = result.out.splitlines()
        assert result.code == 0
        assert {line[2:].split(":")[0] for line in lines if line.startswith("✓")} == RIGHT_CHECKS
        assert not [line for line in lines if line.startswith("✗")]
        assert lines[-1] == "28 right, 1 warning, 0 wrong."

    @pytest.fixture(autouse=True)
    def swept(self, operator: Operator) -> None:
        with psycopg.connect(operator.supabase.database_url) as connection:
            connection.execute("insert into heartbeats values ('sweep', now())")

    def test_one_thing_that_is_wrong_is_exit_code_1(self, operator: Operator) -> None:
        result = operator.run("doctor", WHATSAPP_VERIFY_TOKEN="another")
        assert result.code == 1
        assert "✗ verification: it does not know WHATSAPP_VERIFY_TOKEN" in result.out

    def test_a_warning_is_none(self, operator: Operator) -> None:
        operator.resend.switches.sending_only = True
        result = operator.run("doctor")
        assert result.code == 0
        assert "! sender: the domain cannot be checked" in result.out

    def test_for_programs(self, operator: Operator) -> None:
        answer = operator.json("doctor")
        assert answer["ok"] is True
        assert {each["check"] for each in answer["findings"]} == RIGHT_CHECKS
        assert all(set(each) == {"check", "state", "text", "fix"} for each in answer["findings"])
        assert operator.json("doctor", PUBLIC_URL=None)["ok"] is False

    def test_without_any_setting_nothing_is_asked_and_everything_is_named(self) -> None:
        result = run_ops("doctor")
        assert result.code == 1
        assert "✗ settings: missing: WHATSAPP_ACCESS_TOKEN, WHATSAPP_APP_SECRET" in result.out
        for name in ("meta", "supabase", "resend", "service"):
            assert f"! {name}: not checked: " in result.out

    def test_of_a_stage(self, operator: Operator, tmp_path: Path) -> None:
        (tmp_path / ".env.prod").write_text(
            "".join(f"{name}='{value}'\n" for name, value in operator.settings.items())
        )
        result = run_ops("doctor", "--stage", "prod", folder=tmp_path)
        assert (result.code, "(read: the environment, then .env.prod)" in result.out) == (0, True)

    def test_no_check_takes_the_others_with_it(self, operator: Operator) -> None:
        nobody = "http://127.0.0.1:1"
        result = operator.run(
            "doctor", GRAPH_API_URL=nobody, SUPABASE_URL=nobody, RESEND_API_URL=nobody, PUBLIC_URL=nobody
        )
        assert result.code == 1
        assert f"✗ meta: Meta ({nobody}): nobody answers there" in result.out
        assert "✗ supabase: Supabase cannot be reached" in result.out
        assert "! outbox: not checked: Supabase cannot be reached" in result.out
        assert "! files: not checked: Supabase Storage refuses, or does not answer" in result.out
        assert "✗ resend: nobody answers there" in result.out
        assert f"✗ service: {nobody}: nobody answers there" in result.out
        assert len(CHECKS) == 12
        assert "! sweep: not checked: Supabase cannot be reached" in result.out


class TestSettings:
    def test_right(self, operator: Operator) -> None:
        states = [(state, text) for state, text, _ in operator.doctor("settings")]
        assert states == [
            ("warning", "PUBLIC_URL is on this machine: Meta cannot reach it"),
            ("right", "complete and well-formed (read: the test)"),
        ]

    def test_all_that_are_missing_are_one_line(self, operator: Operator) -> None:
        found = operator.doctor("settings", RESEND_API_KEY=None, SUPPORT_EMAIL_TO="")
        assert [text for state, text, _ in found if state == "wrong"] == [
            "missing: RESEND_API_KEY, SUPPORT_EMAIL_TO (read: the test)"
        ]

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("LINK_SIGNING_KEY", "short", "LINK_SIGNING_KEY has fewer than 32 characters"),
            ("LINK_SIGNING_KEY", f"{'k' * 32},short", "LINK_SIGNING_KEY has fewer than 32 characters"),
            (
                "PUBLIC_URL",
                "http://mostrador.example",
                "PUBLIC_URL must begin with https://: Meta calls nothing else",
            ),
            ("PUBLIC_URL", "mostrador.example", "PUBLIC_URL must be an address that begins with https://"),
            ("SUPPORT_EMAIL_FROM", "Soporte", "SUPPORT_EMAIL_FROM must be one address"),
            (
                "SUPPORT_EMAIL_FROM",
                "Soporte <soporte@localhost>",
                "SUPPORT_EMAIL_FROM must be one address",
            ),
            (
                "SUPPORT_EMAIL_TO",
                "a@example.com; b@example.com",
                "SUPPORT_EMAIL_TO must be up to 50 addresses",
            ),
            ("WHATSAPP_PHONE_NUMBER_ID", "+54 9 11 5555", "WHATSAPP_PHONE_NUMBER_ID must be the number's id"),
            ("GRAPH_API_VERSION", "25", "GRAPH_API_VERSION must be a version such as v25.0"),
            ("STATUS_TEMPLATE", "Ticket-Update", "STATUS_TEMPLATE must be lower-case letters"),
            ("RESEND_API_KEY", "key", "RESEND_API_KEY must begin with re_"),
            ("DEFAULT_LANGUAGE", "fr", "DEFAULT_LANGUAGE must be one of es, en, pt"),
        ],
    )
    def test_wrong(self, operator: Operator, name: str, value: str, expected: str) -> None:
        found = operator.doctor("settings", **{name: value})
        assert next(text for state, text, _ in found if state == "wrong").startswith(expected)
        assert "right" not in {state for state, _, _ in found}

    def test_it_says_which_address_is_wrong(self, operator: Operator) -> None:
        """Also what cannot be seen in it."""
        to = 'a@example.com, b, "Gómez, Ana" <ana@example.com>, c@example.com\u200b'
        found = [
            text for state, text, _ in operator.doctor("settings", SUPPORT_EMAIL_TO=to) if state == "wrong"
        ]
        assert found[1:] == [
            "SUPPORT_EMAIL_TO: b is not an e-mail address",
            "SUPPORT_EMAIL_TO: c@example.com\\u200b is not an e-mail address",
        ]

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("WHATSAPP_APP_SECRET", "not-hexadecimal", "WHATSAPP_APP_SECRET is not 32 hexadecimal digits"),
            ("WHATSAPP_VERIFY_TOKEN", "a+b=c", "WHATSAPP_VERIFY_TOKEN has characters that may be changed"),
            (
                "SUPABASE_SECRET_KEY",
                key_of(role="service_role", ref="abc"),
                "SUPABASE_SECRET_KEY is a legacy key",
            ),
        ],
    )
    def test_odd(self, operator: Operator, name: str, value: str, expected: str) -> None:
        found = operator.doctor("settings", **{name: value})
        assert any(state == "warning" and text.startswith(expected) for state, text, _ in found)

    @pytest.mark.parametrize(
        ("key", "expected"),
        [
            ("sb_publishable_abc", "SUPABASE_SECRET_KEY is the publishable key"),
            (key_of(role="anon", ref="abc"), "SUPABASE_SECRET_KEY is the publishable key"),
            (key_of(role="postgres"), "SUPABASE_SECRET_KEY is not a key of Supabase"),
            ("nonsense", "SUPABASE_SECRET_KEY is not a key of Supabase"),
            ("a.b.c", "SUPABASE_SECRET_KEY is not a key of Supabase"),
        ],
    )
    def test_a_key_that_is_not_the_secret_one(self, operator: Operator, key: str, expected: str) -> None:
        found = operator.doctor("settings", SUPABASE_SECRET_KEY=key)
        assert any(state == "wrong" and text.startswith(expected) for state, text, _ in found)

    def test_a_key_of_another_project(self) -> None:
        key = key_of(role="service_role", ref="abc")
        of_another = run_ops(
            "doctor", SUPABASE_URL="https://xyz.supabase.co.invalid", SUPABASE_SECRET_KEY=key
        )
        assert "✗ settings: SUPABASE_SECRET_KEY is of another project than SUPABASE_URL" in of_another.out
