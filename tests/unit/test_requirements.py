"""The lists of packages: each written by `make lock` from its .in, every release with its hashes, and of one release in all of them."""

import re

import pytest

from tests.support.paths import ROOT

_PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", re.MULTILINE)
_PRODUCTION = {"functions-framework", "mail-parser-reply", "requests", "resend", "supabase", "tzdata"}
LISTS = sorted(path.stem for path in ROOT.glob("requirements*.in"))


def pinned(file: str) -> dict[str, str]:
    """The releases, by the names in one spelling."""
    return {_name(name): version for name, version in _PINNED.findall((ROOT / file).read_text())}


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_each_has_both_files() -> None:
    assert sorted(path.stem for path in ROOT.glob("requirements*.txt")) == LISTS
    assert "requirements" in LISTS


def test_what_is_deployed_was_decided() -> None:
    """Each package costs a cold start."""
    assert set(pinned("requirements.in")) == _PRODUCTION


@pytest.mark.parametrize("name", LISTS)
class TestAList:
    def test_has_what_was_asked_for(self, name: str) -> None:
        asked = [line.partition("#")[0].strip() for line in (ROOT / f"{name}.in").read_text().splitlines()]
        for line in filter(None, asked):
            if line.startswith("-"):
                assert line.split()[0] in {"-r", "-c"}
                assert (ROOT / line.split()[1]).is_file()
            else:
                assert _PINNED.match(line), f"{line} is not pinned"
        assert pinned(f"{name}.in").items() <= pinned(f"{name}.txt").items()

    def test_has_hashes_and_nothing_else(self, name: str) -> None:
        """No line names an index: everybody's pip knows its own."""
        lines = (ROOT / f"{name}.txt").read_text().replace("\\\n", " ").splitlines()
        for line in lines:
            if not line.startswith("#"):
                assert re.fullmatch(
                    r"[\w.\[\],-]+==[^\s;]+( ; [^:]+?)?\s+(--hash=sha256:[0-9a-f]{64}\s*)+", line
                ), line

    def test_agrees_with_the_others(self, name: str) -> None:
        """They are installed into one environment, one after another."""
        ours = pinned(f"{name}.txt")
        for other in LISTS:
            theirs = pinned(f"{other}.txt")
            assert {each: ours[each] for each in ours if each in theirs and ours[each] != theirs[each]} == {}

    def test_what_it_includes_it_has(self, name: str) -> None:
        included = re.findall(r"^-r (\S+)\.in$", (ROOT / f"{name}.in").read_text(), re.MULTILINE)
        for other in included:
            assert pinned(f"{other}.txt").items() <= pinned(f"{name}.txt").items()
