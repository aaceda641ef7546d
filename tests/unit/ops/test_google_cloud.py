"""Secrets: each that is set is stored when it has changed; one that must be there and is not stops it, an optional one does not."""

from dataclasses import dataclass, field

import pytest

from ops.checks.finding import State
from ops.errors import OpsError
from ops.google_cloud import Gcloud, _secrets, secret_name, store_secrets
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
