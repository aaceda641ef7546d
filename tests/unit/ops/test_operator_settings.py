"""The settings of an operator: from a file and the environment, and never shown."""

import subprocess
import sys
from pathlib import Path

import pytest

from ops.calling import this_python
from ops.errors import OpsError
from ops.operator_settings import OperatorSettings, generate_missing, read_settings
from tests.support.ops import run_ops
from tests.support.paths import ROOT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".env").write_text("STATUS_TEMPLATE=of_env\nSUPPORT_EMAIL_TO=env@example.com\n")
    (tmp_path / ".env.prod").write_text("STATUS_TEMPLATE=of_prod\n")
    (tmp_path / "other").write_text("STATUS_TEMPLATE='of ${HOME} other'\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestWhereTheyAreRead:
    def test_from_the_usual_file(self, folder: Path) -> None:
        assert read_settings(None, None, {}).get("STATUS_TEMPLATE") == "of_env"

    def test_the_shell_wins_over_it(self, folder: Path) -> None:
        read = read_settings(None, None, {"STATUS_TEMPLATE": "of_shell"})
        assert (read.get("STATUS_TEMPLATE"), read.get("SUPPORT_EMAIL_TO")) == ("of_shell", "env@example.com")

    def test_a_stage_has_a_file_of_its_own(self, folder: Path) -> None:
        read = read_settings(None, "prod", {})
        assert (read.get("STATUS_TEMPLATE"), read.get("SUPPORT_EMAIL_TO")) == ("of_prod", "")
        assert (
            read_settings(None, "prod", {"STATUS_TEMPLATE": "of_shell"}).get("STATUS_TEMPLATE") == "of_shell"
        )

    def test_a_file_that_is_named_wins_over_the_shell(self, folder: Path) -> None:
        read = read_settings(
            folder / "other", None, {"STATUS_TEMPLATE": "of_shell", "SUPPORT_EMAIL_TO": "to"}
        )
        assert (read.get("STATUS_TEMPLATE"), read.get("SUPPORT_EMAIL_TO")) == ("of ${HOME} other", "to")

    @pytest.mark.parametrize("stage", [None, "none"])
    def test_without_a_file_the_shell_is_all(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        read = read_settings(None, stage, {"PUBLIC_URL": "https://x/"})
        assert read.get("PUBLIC_URL") == "https://x"
        assert "does not exist" in read.source

    def test_a_file_that_is_named_must_be_there(self, folder: Path) -> None:
        with pytest.raises(OpsError, match="nothing does not exist"):
            read_settings(folder / "nothing", None, {})

    def test_the_emulator_s_is_there_while_it_runs(self, folder: Path) -> None:
        result = run_ops("--env", ".emulator/env", "doctor")
        assert (result.code, result.out) == (1, "")
        assert result.err == "✗ .emulator/env does not exist. `make run` writes it while it runs\n"


class TestNeeding:
    SETTINGS = OperatorSettings(values={"PUBLIC_URL": "https://x", "RESEND_API_KEY": " "}, source="the test")

    def test_all_that_are_missing_are_named_together(self) -> None:
        with pytest.raises(OpsError, match=r"^RESEND_API_KEY, SUPABASE_URL are missing \(read: the test\)"):
            self.SETTINGS.need("PUBLIC_URL", "RESEND_API_KEY", "SUPABASE_URL")

    def test_what_is_there_is_enough(self) -> None:
        self.SETTINGS.need("PUBLIC_URL", "GRAPH_API_URL")


class TestSecrets:
    SETTINGS = OperatorSettings(
        values={
            "WHATSAPP_ACCESS_TOKEN": "EAAtoken",
            "WHATSAPP_APP_SECRET": "new1, old2",
            "LINK_SIGNING_KEY": "k",
        },
        source="the test",
    )

    def test_none_shows_in_a_repr(self) -> None:
        assert "EAAtoken" not in repr(self.SETTINGS)

    def test_what_others_write_is_cleared_of_them(self) -> None:
        message = "Malformed access token EAAtoken, signed with old2 or new1: ok"
        assert self.SETTINGS.conceal(message) == "Malformed access token ***, signed with *** or ***: ok"


class TestOpenToOthers:
    @pytest.mark.parametrize(
        ("mode", "expected"), [(0o600, False), (0o400, False), (0o644, True), (0o640, True), (0o602, True)]
    )
    @pytest.mark.parametrize(("env", "stage"), [(None, "prod"), (Path("other"), None)])
    def test_the_file_that_was_read(
        self, folder: Path, env: Path | None, stage: str | None, mode: int, expected: bool
    ) -> None:
        (env or folder / ".env.prod").chmod(mode)
        assert read_settings(env, stage, {}).open_to_others is expected

    def test_without_a_file(self, folder: Path) -> None:
        assert not read_settings(None, "none", {}).open_to_others

    def test_the_doctor_says_so(self, folder: Path) -> None:
        (folder / ".env.prod").chmod(0o644)
        out = run_ops("doctor", "--stage", "prod", folder=folder).out
        assert (
            "! settings: .env.prod has secrets, and other users of this machine may read it -> chmod 600 .env.prod"
            in out
        )

    def test_what_is_generated_is_for_the_owner(self, folder: Path) -> None:
        (folder / ".env.prod").chmod(0o644)
        assert [*generate_missing(folder / ".env.prod", read_settings(None, "prod", {}))]
        assert not read_settings(None, "prod", {}).open_to_others


class TestCommands:
    @pytest.mark.parametrize(
        ("env", "stage", "expected"),
        [
            (None, None, ""),
            (None, "prod", " --stage prod"),
            (Path("other"), None, " --env other"),
            (Path("a file"), "dev", " --env 'a file' --stage dev"),
        ],
    )
    def test_a_printed_one_is_for_the_same_desk(
        self, folder: Path, env: Path | None, stage: str | None, expected: str
    ) -> None:
        (folder / "a file").touch()
        settings = read_settings(env, stage, {})
        typed = f"{this_python()} -m ops{expected} migrate"
        assert settings.as_typed("do: python -m ops migrate, then again") == f"do: {typed}, then again"
        assert settings.as_typed(typed) == typed

    @pytest.mark.parametrize(
        ("stage", "text", "typed"),
        [
            ("prod", "make deploy, so that both have the same", "make deploy STAGE=prod, so that both have the same"),
            ("prod", "make deploy STAGE=dev", "make deploy STAGE=dev"),
            ("prod", "make rollback", "make rollback STAGE=prod"),
            ("", "make deploy", "make deploy"),
        ],
    )  # fmt: skip
    def test_a_deploy(self, stage: str, text: str, typed: str) -> None:
        assert OperatorSettings(values={}, source="x", stage=stage).as_typed(text) == typed

    def test_it_works_as_printed(self, folder: Path) -> None:
        """In a shell that knows no `python`."""
        typed = read_settings(None, "prod", {}).as_typed("python -m ops templates")
        done = subprocess.run(
            ["/bin/sh", "-c", typed],
            cwd=folder,
            env={"PATH": "/nowhere", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith("Name: of_prod")
        again = done.stdout.splitlines()[-1].partition(": ")[2]
        assert again.endswith("/python -m ops --stage prod templates register")


class TestThisPython:
    def test_below_this_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv/bin/python"))
        assert this_python() == ".venv/bin/python"

    def test_on_the_path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        python = tmp_path / "python3"
        python.touch(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(sys, "executable", str(python))
        assert this_python() == "python3"

    def test_anywhere_else(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also if the path has another one of that name."""
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "python3").touch(0o755)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        monkeypatch.setattr(sys, "executable", "/opt/a b/python3")
        assert this_python() == "'/opt/a b/python3'"
