"""The settings of an operator: from a file and the environment, and never shown."""

from pathlib import Path

import pytest

from ops.errors import OpsError
from ops.operator_settings import OperatorSettings, read_settings
from tests.support.ops import run_ops


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
