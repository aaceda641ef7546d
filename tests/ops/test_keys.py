"""`python -m ops keys >> .env`: what is missing, and nothing that is there."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import jwt
import pytest

from ops.operator_settings import read_settings
from tests.support.ops import Operator, run_ops
from tests.support.paths import ROOT

OWN = ("WHATSAPP_VERIFY_TOKEN", "LINK_SIGNING_KEY", "SWEEP_TOKEN")
DATABASE = (
    "POSTGRES_PASSWORD",
    "AUTHENTICATOR_PASSWORD",
    "STORAGE_PASSWORD",
    "SUPABASE_JWT_SECRET",
    "SUPABASE_SECRET_KEY",
    "SUPABASE_PUBLISHABLE_KEY",
)


def append(file: Path, *words: str) -> str:
    """`python -m ops keys >> .env`. Returns what it says to the terminal."""
    result = run_ops("keys", *words, folder=file.parent)
    assert result.code == 0
    file.write_text(file.read_text() + result.out)
    return result.err


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / ".env"
    path.write_text("LINK_SIGNING_KEY=\nSUPABASE_URL=https://desk.example.com\n")
    return path


def test_the_desk_s_own(file: Path) -> None:
    assert append(file) == f"made: {', '.join(OWN)}\n"
    given = read_settings(file, None, {})
    assert len({given.get(name) for name in OWN}) == len(OWN)
    assert all(len(given.get(name)) >= 32 for name in OWN)
    assert given.missing(*DATABASE) == list(DATABASE)


def test_the_last_line_of_the_settings_may_lack_its_end(file: Path) -> None:
    file.write_text("SUPABASE_URL=https://desk.example.com")
    append(file)
    given = read_settings(file, None, {})
    assert given.get("SUPABASE_URL") == "https://desk.example.com"
    assert given.missing(*OWN) == []


def test_those_of_a_database_too(file: Path) -> None:
    assert append(file, "--own-database") == f"made: {', '.join((*OWN, *DATABASE))}\n"
    given = read_settings(file, None, {})
    secret = given.get("SUPABASE_JWT_SECRET")
    for name, role in (("SUPABASE_SECRET_KEY", "service_role"), ("SUPABASE_PUBLISHABLE_KEY", "anon")):
        assert jwt.decode(given.get(name), secret, ["HS256"]) == {"role": role}


@pytest.mark.parametrize("name", ["SUPABASE_SECRET_KEY", "SUPABASE_PUBLISHABLE_KEY"])
def test_a_key_of_another_secret_is_not_mixed_with_a_new_one(file: Path, name: str) -> None:
    """That of a hosted project, or one whose secret got lost: the database would refuse it."""
    file.write_text(f"{name}=sb_secret_of_another\n")
    result = run_ops("keys", "--own-database", folder=file.parent)
    assert (result.code, result.out) == (1, "")
    assert f"{name} cannot be checked" in result.err
    assert "sb_secret" not in result.everything


def test_what_is_there_stays(file: Path) -> None:
    append(file, "--own-database")
    assert append(file, "--own-database") == "nothing is missing\n"
    kept = read_settings(file, None, {}).get("SUPABASE_JWT_SECRET")
    file.write_text(file.read_text() + "SUPABASE_SECRET_KEY=\n")
    assert append(file, "--own-database") == "made: SUPABASE_SECRET_KEY\n"
    given = read_settings(file, None, {})
    assert jwt.decode(given.get("SUPABASE_SECRET_KEY"), kept, ["HS256"]) == {"role": "service_role"}


def test_a_terminal_does_not_get_to_see_them() -> None:
    terminal, theirs = pty.openpty()
    command = [sys.executable, "-m", "ops", "keys"]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    os.close(theirs)
    os.set_blocking(terminal, False)
    with pytest.raises(OSError, match=r"temporarily unavailable|Input/output error"):
        os.read(terminal, 1)  # nothing was written
    os.close(terminal)
    assert done.returncode == 1
    assert done.stderr.startswith("✗ these are secrets, so they are not shown: ")
    assert done.stderr.endswith("python -m ops keys >> .env\n")


def test_the_doctor_takes_them_as_they_are(operator: Operator, file: Path) -> None:
    append(file, "--own-database")
    made = read_settings(file, None, {})
    given = {name: made.get(name) for name in (*OWN, *DATABASE)}
    lines = operator.doctor("settings", **given, SUPABASE_URL="https://desk.example.com")
    assert [text for state, text, _ in lines if "key" in text.lower()] == []
