"""`python -m ops templates`: the text to register, its registration, and its status at Meta."""

import pytest

from emulator.meta.account import MESSAGING
from messages.whatsapp.status_template import template_translations
from tests.support.ops import Operator, run_ops

CODES = ["es", "en", "pt_BR"]  # Meta's, of the languages that the desk speaks


class TestShow:
    def test_the_text_in_every_language_without_any_setting(self) -> None:
        result = run_ops("templates")
        assert result.code == 0
        assert "Name: ticket_update   Category: UTILITY" in result.out
        for each in template_translations():
            assert f"--- {each.language} ---\n{each.body}\n" in result.out
            assert all(value in result.out for value in each.example)

    def test_under_the_name_that_is_set(self) -> None:
        assert "Name: other" in run_ops("templates", STATUS_TEMPLATE="other").out

    def test_for_programs(self, operator: Operator) -> None:
        answer = operator.json("templates")
        assert (answer["name"], answer["category"]) == ("ticket_update", "UTILITY")
        assert [each["language"] for each in answer["translations"]] == CODES
        assert answer["translations"][0]["body"] == template_translations()[0].body


class TestRegister:
    def test_a_new_name_in_every_language(self, operator: Operator) -> None:
        result = operator.run("templates", "register", STATUS_TEMPLATE="other")
        assert result.code == 0
        assert result.out.splitlines() == [f"other in {name}: registered, PENDING" for name in CODES]
        made = operator.account.templates.find("other", "pt_BR")
        (ours,) = (each for each in template_translations() if each.language == "pt_BR")
        assert (made.category, made.components[0]["text"]) == ("UTILITY", ours.body)

    def test_again_says_that_it_is_there(self, operator: Operator) -> None:
        operator.run("templates", "register", STATUS_TEMPLATE="other")
        result = operator.run("templates", "register", STATUS_TEMPLATE="other")
        assert (result.code, result.out.count("already registered, PENDING\n")) == (0, len(CODES))

    def test_only_what_is_missing(self, operator: Operator) -> None:
        templates = operator.account.templates
        templates.all.remove(templates.find("ticket_update", "en"))
        assert operator.json("templates", "register")["translations"] == {
            **dict.fromkeys(CODES, "already registered, APPROVED"),
            "en": "registered, PENDING",
        }

    def test_another_text_is_left_alone_and_shown(self, operator: Operator) -> None:
        theirs = operator.account.templates.find("ticket_update", "es")
        theirs.components[0]["text"] = "Tu ticket {{1}} tiene algo nuevo:\n{{2}}\nMíralo cuando puedas."
        result = operator.run("templates", "register")
        assert result.code == 0
        assert (
            "es: already registered, APPROVED, with a text other than ours: 'Tu ticket {{1}} tiene"
            in result.out
        )
        assert theirs.components[0]["text"].startswith("Tu ticket {{1}} tiene")

    def test_one_that_meta_still_remembers(self, operator: Operator) -> None:
        operator.graph.faults.error(100, path="/message_templates", times=1)
        result = operator.run("templates", "register", STATUS_TEMPLATE="other")
        assert (result.code, result.out) == (1, "")
        assert result.err.startswith("✗ Meta: ")

    def test_a_name_that_meta_does_not_take(self, operator: Operator) -> None:
        result = operator.run("templates", "register", STATUS_TEMPLATE="Other")
        assert result.code == 1
        assert "Other in es: Meta: " in result.err
        assert "lowercase letters" in result.err

    def test_without_the_permission(self, operator: Operator) -> None:
        operator.account.scopes = (MESSAGING,)
        result = operator.run("templates", "register")
        assert (result.code, result.err) == (1, "✗ Meta: the token has no permission for this (code 200)\n")


class TestStatus:
    def test_all_approved(self, operator: Operator) -> None:
        result = operator.run("templates", "status")
        assert result.code == 0
        assert result.out.count("APPROVED") == len(CODES)

    @pytest.mark.parametrize(
        ("status", "reason"), [("REJECTED", "TAG_CONTENT_MISMATCH"), ("PENDING", "NONE"), ("PAUSED", "NONE")]
    )
    def test_one_is_not(self, operator: Operator, status: str, reason: str) -> None:
        theirs = operator.account.templates.find("ticket_update", "en")
        theirs.status, theirs.rejected_reason = status, reason
        result = operator.run("templates", "status")
        (line,) = (line for line in result.out.splitlines() if line.startswith("en"))
        assert (result.code, status in line) == (1, True)
        assert (reason in line) == (reason != "NONE")

    def test_none_is_there(self, operator: Operator) -> None:
        answer = operator.json("templates", "status", STATUS_TEMPLATE="other")
        assert [(each["language"], each["status"]) for each in answer["translations"]] == [
            (name, "NOT REGISTERED") for name in CODES
        ]

    def test_another_text_is_shown(self, operator: Operator) -> None:
        operator.account.templates.find("ticket_update", "es").components[0]["text"] = "Otro"
        assert operator.json("templates", "status")["translations"][0]["text"] == "not ours"

    def test_without_a_token(self) -> None:
        result = run_ops("templates", "status")
        assert (result.code, "WHATSAPP_ACCESS_TOKEN is missing" in result.err) == (1, True)
