"""`python -m ops number`: the registration that Meta offers by API only, with its PIN, and how the number stands."""

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from unittest.mock import patch

import pytest

from emulator.meta.errors import GraphError
from ops.errors import OpsError
from ops.graph import Graph
from ops.operator_settings import OperatorSettings
from ops.registration import register_if_needed
from tests.support.ops import Operator, OpsResult, run_ops
from tests.support.paths import ROOT

PIN = "271828"
NAME = "15550100200 (Mostrador)"


def register(operator: Operator, pin: str = PIN, *, again: str | None = None, yes: str = "yes") -> OpsResult:
    return operator.asked(f"{pin}\n{pin if again is None else again}\n{yes}\n", "number", "register")


def posts(operator: Operator) -> int:
    return sum(entry.method == "POST" for entry in operator.graph.call_log.all())


@pytest.fixture
def unregistered(operator: Operator) -> Operator:
    operator.account.platform_type = "NOT_APPLICABLE"
    return operator


class TestRegister:
    def test_it_explains_asks_and_shows_how_the_number_stands_then(self, unregistered: Operator) -> None:
        done = register(unregistered)
        assert done.code == 0
        assert f"{NAME}, id {unregistered.graph.phone_number_id}" in done.err
        for said in ("cannot be used in the WhatsApp app any more", "two-step verification", "Keep it"):
            assert said in done.err
        assert done.out.splitlines()[-3:] == [  # after what was typed, which only a test's terminal shows
            f"✓ number: {NAME} is registered with the Cloud API",
            f"✓ number: {NAME}, quality GREEN, throughput STANDARD",
            "✓ sending: Meta lets this number send",
        ]
        assert unregistered.account.registration.pin == PIN
        assert unregistered.account.is_registered

    def test_the_pin_is_never_shown(self, unregistered: Operator) -> None:
        unregistered.account.registration.pin = "000000"
        assert PIN not in register(unregistered).everything
        unregistered.account.registration.pin = PIN
        assert PIN not in register(unregistered).everything

    def test_there_is_no_argument_for_it(self, unregistered: Operator) -> None:
        assert unregistered.run("number", "register", PIN).code == 2
        assert unregistered.run("number", "register", "--pin", PIN).code == 2

    @pytest.mark.parametrize("yes", ["", "y", "no"])
    def test_without_a_whole_yes_nothing_is_done(self, unregistered: Operator, yes: str) -> None:
        done = register(unregistered, yes=yes)
        assert (done.code, "nothing was changed" in done.err, posts(unregistered)) == (1, True, 0)

    @pytest.mark.parametrize("pin", ["12345", "1234567", "12345a"])
    def test_a_pin_has_six_digits(self, unregistered: Operator, pin: str) -> None:
        done = register(unregistered, pin)
        assert (done.code, "six digits" in done.err, posts(unregistered)) == (1, True, 0)

    def test_it_is_typed_twice(self, unregistered: Operator) -> None:
        assert register(unregistered, again="999999").code == 1
        assert posts(unregistered) == 0

    def test_one_that_is_registered_may_be_registered_again(self, operator: Operator) -> None:
        operator.account.registration.pin = PIN
        done = register(operator)
        assert (done.code, "It is registered already" in done.err) == (0, True)

    def test_for_programs(self, unregistered: Operator) -> None:
        done = unregistered.asked(f"{PIN}\n{PIN}\nyes\n", "number", "register", "--json")
        (first, *_) = json.loads(done.out[done.out.index("[") :])
        assert first["text"] == f"{NAME} is registered with the Cloud API"

    def test_what_it_needs_is_named(self) -> None:
        assert "WHATSAPP_ACCESS_TOKEN is missing" in run_ops("number", "register").err
        err = run_ops("number", "register", WHATSAPP_ACCESS_TOKEN="x").err
        assert "WHATSAPP_PHONE_NUMBER_ID is missing" in err


def in_a_terminal(operator: Operator, answers: dict[str, str]) -> tuple[int, str]:
    """The exit code, and all that a terminal showed. answers: what is typed at which prompt, in their order."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ops", "number", "register"]
    environment = {**os.environ, **operator.settings}
    with os.fdopen(ours, "rb+", buffering=0) as terminal:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        shown = ""
        for prompt, answer in answers.items():
            while f"{prompt}: " not in shown:
                shown += terminal.read(1000).decode()
            terminal.write(f"{answer}\n".encode())
        with suppress(OSError):  # EIO: it has ended
            while more := terminal.read(1000):
                shown += more.decode()
        return process.wait(60), shown


def test_a_terminal_does_not_show_the_pin(unregistered: Operator) -> None:
    typed = {"PIN": PIN, "The PIN again": PIN, "Type yes to register the number": "yes"}
    code, shown = in_a_terminal(unregistered, typed)
    assert (code, PIN in shown) == (0, False), shown
    assert "is registered with the Cloud API" in shown
    assert unregistered.account.registration.pin == PIN


class TestRefused:
    def test_a_wrong_pin(self, unregistered: Operator) -> None:
        unregistered.account.registration.pin = "000000"
        done = register(unregistered)
        assert done.code == 1
        assert done.err.endswith(
            f"✗ {NAME} was not registered: that is not the PIN of the number's two-step verification. If nobody knows it, "
            "it can be changed in WhatsApp Manager, Phone numbers, Settings, Two-step verification (Meta's code 133005)\n"
        )
        assert not unregistered.account.is_registered

    def test_a_number_that_is_not_verified(self, unregistered: Operator) -> None:
        unregistered.account.code_verification_status = "NOT_VERIFIED"
        assert "has to be verified first" in register(unregistered).err

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            (133000, "deregistration is not finished"),
            (133004, "does not answer"),
            (133008, "too many wrong PINs"),
            (133009, "too soon"),
            (133015, "removed elsewhere a moment ago"),
            (133016, "10 times in 72 hours"),
        ],
    )
    def test_every_reason_of_meta_is_explained(self, unregistered: Operator, code: int, said: str) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise GraphError(code=code)

        with patch("emulator.meta.registration.Registration.register", refuse):
            done = register(unregistered)
        assert (done.code, said in done.err, f"Meta's code {code}" in done.err) == (1, True, True)
        assert "Traceback" not in done.err

    def test_a_token_that_has_ended(self, operator: Operator) -> None:
        operator.account.token_valid = False
        assert (
            operator.run("number", "register").err
            == "✗ Meta: the token is invalid or has expired (code 190)\n"
        )


class TestStatus:
    def test_right(self, operator: Operator) -> None:
        done = operator.run("number", "status")
        assert (done.code, done.out.splitlines()[0]) == (
            0,
            f"✓ number: {NAME}, quality GREEN, throughput STANDARD",
        )

    def test_the_mend_is_the_command(self, unregistered: Operator) -> None:
        done = unregistered.run("number", "status")
        assert done.code == 1
        assert (
            f"✗ number: {NAME} is not registered with the Cloud API -> {sys.executable} -m ops number register"
            in done.out
        )


class TestDuringADeploy:
    def settings(self, operator: Operator) -> Graph:
        return Graph(OperatorSettings(values=operator.settings, source="the test"))

    def test_a_registered_number_is_left_alone(self, operator: Operator) -> None:
        assert register_if_needed(self.settings(operator), "prod") == f"{NAME} is registered already"
        assert posts(operator) == 0

    def test_where_nobody_can_answer_it_names_the_command(self, unregistered: Operator) -> None:
        with patch("sys.stdin.isatty", return_value=False, create=True):
            said = register_if_needed(self.settings(unregistered), "prod")
        assert "NOT registered" in said
        assert "python -m ops number register --stage prod" in said
        assert posts(unregistered) == 0

    def test_in_a_terminal_it_asks(self, unregistered: Operator) -> None:
        with (
            patch("sys.stdin.isatty", return_value=True, create=True),
            patch("typer.prompt", side_effect=[PIN, "yes"]),
        ):
            assert (
                register_if_needed(self.settings(unregistered), "prod")
                == f"{NAME} is registered with the Cloud API"
            )
        assert unregistered.account.registration.pin == PIN

    def test_in_a_terminal_no_is_no(self, unregistered: Operator) -> None:
        with (
            patch("sys.stdin.isatty", return_value=True, create=True),
            patch("typer.prompt", side_effect=[PIN, "no"]),
            pytest.raises(OpsError, match="nothing was changed"),
        ):
            register_if_needed(self.settings(unregistered), "prod")
