"""Secrets: each that is set is stored when it has changed; one that must be there and is not stops it, an optional one does not."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from ops.checks.finding import State
from ops.errors import OpsError, ProgramError
from ops.google_cloud import Gcloud, _secrets, check_google, secret_name, store_secrets
from ops.operator_settings import DEPLOYED_SECRETS, OPTIONAL_SECRETS, OperatorSettings

REQUIRED = [name for name in DEPLOYED_SECRETS if name not in OPTIONAL_SECRETS]
OPTIONAL = OPTIONAL_SECRETS[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager(Gcloud):
    """Secret Manager, by the words that gcloud is called with. values: the newest of each."""

    project: str = "desk-project"
    values: dict[str, str] = field(default_factory=dict)

    def __call__(self, *words: str, stdin: str = "") -> str:
        match words:
            case ("secrets", "list", *_):
                return "\n".join(self.values)
            case ("secrets", "versions", "access", "latest", flag):
                return self.values[flag.removeprefix("--secret=")]
            case ("secrets", "create", name, *_) | ("secrets", "versions", "add", name, *_):
                self.values[name] = stdin
        return ""


def settings(*unset: str, **given: str) -> OperatorSettings:
    values = {name: f"the {name}" for name in REQUIRED if name not in unset} | given
    return OperatorSettings(values=values, source="the test")


def test_without_the_optional_one() -> None:
    manager = Manager()
    said = store_secrets(manager, "prod", settings())
    assert set(manager.values) == {secret_name("prod", name) for name in REQUIRED}
    assert OPTIONAL not in said
    assert _secrets(settings(), "prod", set(manager.values), setup=False).state is State.RIGHT


def test_once_it_is_there() -> None:
    manager = Manager()
    store_secrets(manager, "prod", settings())
    now = settings(**{OPTIONAL: "sk-1"})
    found = _secrets(now, "prod", manager.stored_secrets(), setup=False)
    assert (found.state, OPTIONAL in found.text) == (State.WRONG, True)
    assert store_secrets(manager, "prod", now) == f"secrets: stored {OPTIONAL}"
    assert manager.values[secret_name("prod", OPTIONAL)] == "sk-1"
    assert _secrets(now, "prod", manager.stored_secrets(), setup=False).state is State.RIGHT
    assert store_secrets(manager, "prod", now) == "secrets: unchanged"


@pytest.mark.parametrize("name", REQUIRED)
def test_one_that_must_be_there(name: str) -> None:
    with pytest.raises(OpsError, match=f"{name} is missing"):
        store_secrets(Manager(), "prod", settings(name))
    assert _secrets(settings(name), "prod", set(), setup=True).state is State.WRONG


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "There was a problem refreshing your current auth tokens: ('invalid_grant: Bad Request') Please run: $ gcloud auth login",
            "gcloud auth login",
        ),
        ("Reauthentication failed. cannot prompt during non-interactive execution.", "gcloud auth login"),
        ("PERMISSION_DENIED: The caller does not have permission", "is the id right"),
        ("[desk] does not have permission to access projects instance [x] (or it may not exist)", "is the id right"),
        ("Unable to find the server at cloudresourcemanager.googleapis.com", "can this machine reach Google?"),
        ("gcloud projects describe did not end within 300 s", "can this machine reach Google?"),
    ],
)  # fmt: skip
def test_a_project_that_cannot_be_asked(monkeypatch: pytest.MonkeyPatch, said: str, expected: str) -> None:
    def run(command: Sequence[str], *, stdin: str = "") -> str:
        if "describe" in command:
            raise ProgramError(f"gcloud projects describe: ERROR: {said}")
        return "ana@example.com"

    monkeypatch.setattr("ops.google_cloud.run", run)
    monkeypatch.setattr("ops.google_cloud.installed", lambda name: True)
    *_, last = check_google(settings(), "prod", "desk", setup=True)
    assert (last.check, last.state) == ("project", State.WRONG)
    assert last.fix.startswith(expected)
    assert ("projects create" in last.fix) == expected.startswith("is the id")
