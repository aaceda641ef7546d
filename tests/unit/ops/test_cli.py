"""The options that every command has, and what is said of a mistyped command."""

from pathlib import Path

import pytest

from ops.cli import _common_first
from tests.support.ops import run_ops


class TestOptions:
    @pytest.mark.parametrize(
        ("words", "ordered"),
        [
            ("doctor --stage prod", "--stage prod doctor"),
            ("--stage prod doctor", "--stage prod doctor"),
            ("doctor --json --env f", "--json --env f doctor"),
            ("migrate --dry-run --env=f", "--env=f migrate --dry-run"),
            ("tickets note -- --json", "tickets note -- --json"),
            ("doctor --stage", "--stage doctor"),
        ],
    )
    def test_the_common_ones_may_stand_anywhere(self, words: str, ordered: str) -> None:
        assert _common_first(words.split()) == ordered.split()

    @pytest.mark.parametrize("words", [("--stage", "prod", "templates"), ("templates", "--stage", "prod")])
    def test_a_command_sees_its_stage(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        (tmp_path / ".env.prod").write_text("STATUS_TEMPLATE=of_prod\n")
        assert "of_prod" in run_ops(*words, folder=tmp_path).out

    def test_without_a_command_it_says_what_there_is(self) -> None:
        everything = run_ops().everything
        assert all(name in everything for name in ("doctor", "migrate", "templates", "webhook"))

    def test_a_typing_error_is_not_a_traceback(self) -> None:
        result = run_ops("docter")
        assert result.code == 2
        assert "doctor" in result.err
