"""A stand-in for `gcloud`. It records its calls, and answers from a file that a test may read and change."""

import fcntl
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__)
ROOT = PROGRAM.parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.cloud_run import Platform, revision_of  # noqa: E402 - this file is also run as a program

Json = dict[str, Any]
NEW: Json = {
    "number": "4242",
    "tag_url": "https://candidate.example",
    "login": "ana@example.com",
    "billing": True,
    "apis": [],
    "values": {},  # of the secrets' newest versions
    "numbered_address": True,  # whether a service has the address with the project's number
    "address": "",  # of every service, if that is not so
    "secrets": {},  # name -> {version: state}
    "accounts": [],
    "policy": [],  # of the project
    "services": {},
    "revisions": {},  # service -> names, newest first
    "made": {},  # revision -> its labels, and its secrets: {"labels": {}, "secrets": {SETTING: "name:version"}}
    "jobs": {},
    "policies": {},  # of Monitoring, by name, as are the next two
    "channels": {},
    "uptime_checks": {},
    "failing": {},  # how a command begins -> what is written to stderr
    "failing_once": {},  # the same, the first time
    "unready": [],  # services whose next revisions do not start
}


class Refused(Exception):
    """An error of gcloud, which it writes to stderr before it exits with 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call: the words before the first flag, and the flags."""

    words: tuple[str, ...]
    flags: dict[str, str]
    state: Json

    @property
    def name(self) -> str:
        return self.words[-1]

    @property
    def platform(self) -> Platform:
        given = {key: self.state[key] for key in ("number", "tag_url", "numbered_address", "address")}
        return Platform(region=self.flags["region"], **given)

    def found(self, kind: str, error: str) -> Any:
        if self.name not in self.state[kind]:
            raise Refused(f"ERROR: ({'.'.join(('gcloud', *self.words[:-1]))}) {error}")
        return self.state[kind][self.name]


def secret_versions(asked: Asked) -> Any:
    versions = asked.found("secrets", f"NOT_FOUND: Secret [projects/4242/secrets/{asked.name}] not found.")
    wanted = asked.flags["filter"].removeprefix("state=")
    path = f"projects/4242/secrets/{asked.name}/versions"
    return [{"name": f"{path}/{n}", "state": state} for n, state in versions.items() if state == wanted]


def disable_version(asked: Asked) -> None:
    asked.state["secrets"][asked.flags["secret"]][asked.name] = "DISABLED"


def access_version(asked: Asked) -> str:
    secret = asked.flags["secret"]
    versions = asked.state["secrets"].get(secret, {})
    if not versions or versions[max(versions, key=int)] != "ENABLED":
        raise Refused(f"ERROR: (gcloud.secrets.versions.access) NOT_FOUND or not enabled: {secret}")
    return str(asked.state["values"][secret])


def list_secrets(asked: Asked) -> str:
    return "\n".join(asked.state["secrets"])


def create_secret(asked: Asked) -> None:
    if asked.name in asked.state["secrets"]:
        raise Refused(f"ERROR: Secret [{asked.name}] already exists.")
    asked.state["secrets"][asked.name] = {"1": "ENABLED"}
    asked.state["values"][asked.name] = sys.stdin.read()


def add_version(asked: Asked) -> None:
    versions = asked.found("secrets", f"NOT_FOUND: Secret [{asked.name}] not found.")
    versions[str(len(versions) + 1)] = "ENABLED"
    asked.state["values"][asked.name] = sys.stdin.read()


def enable_apis(asked: Asked) -> None:
    asked.state["apis"] += asked.words[2:]


def describe_account(asked: Asked) -> Any:
    if asked.name not in asked.state["accounts"]:
        raise Refused("ERROR: (gcloud.iam.service-accounts.describe) NOT_FOUND: Unknown service account.")
    return {"email": asked.name}


def create_account(asked: Asked) -> None:
    asked.state["accounts"].append(f"{asked.name}@{asked.flags['project']}.iam.gserviceaccount.com")


def bind_in_project(asked: Asked) -> None:
    asked.state["policy"].append({"role": asked.flags["role"], "members": [asked.flags["member"]]})


def describe_service(asked: Asked) -> Any:
    return asked.found("services", f"Cannot find service [{asked.name}]")


def deploy_service(asked: Asked) -> None:
    before = asked.state["services"].get(asked.name)
    if before is None and "no-traffic" in asked.flags:
        raise Refused("ERROR: (gcloud.run.deploy) --no-traffic not supported when creating a new service.")
    traffic = [t for t in before["spec"]["traffic"] if "tag" not in t] if before else [_latest()]
    if before and "no-traffic" in asked.flags:
        ready = before["status"]["latestReadyRevisionName"]
        traffic = [{"revisionName": ready, "percent": 100} if "latestRevision" in t else t for t in traffic]
    if before:
        traffic += [t for t in before["spec"]["traffic"] if "tag" in t]
    _revise(asked, before, traffic, _pairs(asked.flags["labels"]))


def update_service(asked: Asked) -> None:
    before = asked.state["services"][asked.name]
    traffic = [t for t in before["spec"]["traffic"] if t.get("tag") != asked.flags["tag"]]
    _revise(
        asked, before, traffic, before["metadata"]["labels"] | _pairs(asked.flags.get("update-labels", ""))
    )


def _revise(asked: Asked, before: Json | None, traffic: list[Json], labels: Json) -> None:
    revisions = asked.state["revisions"].setdefault(asked.name, [])
    secrets = asked.state["made"][revisions[0]]["secrets"] if revisions else {}
    revisions.insert(0, revision_of(asked.name, _count(revisions) + 1))
    if "set-secrets" in asked.flags:
        secrets = _pairs(asked.flags["set-secrets"])
    asked.state["made"][revisions[0]] = {"labels": labels, "secrets": secrets}
    kept = [t for t in traffic if t.get("tag") not in {None, asked.flags["tag"]}]
    tags = [*kept, {"revisionName": revisions[0], "tag": asked.flags["tag"]}]
    unique = [t for t in traffic if "tag" not in t] + tags
    spec = {"metadata": {"name": asked.name, "labels": labels}, "spec": {"traffic": unique}}
    ready = asked.name not in asked.state["unready"]
    asked.state["services"][asked.name] = asked.platform.settled(spec, revisions[0], before, ready=ready)
    if not ready:
        raise Refused(f"ERROR: (gcloud.run.deploy) Revision '{revisions[0]}' is not ready: it did not start.")


def _count(revisions: list[str]) -> int:
    """The number of the newest: `mostrador-prod-webhook-00007-abc` has 7."""
    return int(revisions[0].split("-")[-2]) if revisions else 0


def update_traffic(asked: Asked) -> None:
    service = asked.state["services"][asked.name]
    traffic = service["spec"]["traffic"]
    if to := asked.flags.get("to-revisions", "").removesuffix("=100"):
        _known_revision(asked, asked.name, to)
        main = [{"revisionName": to, "percent": 100}]
    else:
        main = [_latest()] if "to-latest" in asked.flags else [t for t in traffic if "tag" not in t]
    tags = {} if "clear-tags" in asked.flags else {t["tag"]: t["revisionName"] for t in traffic if "tag" in t}
    tags |= _pairs(asked.flags.get("update-tags", ""))
    for tag in filter(None, asked.flags.get("remove-tags", "").split(",")):
        del tags[tag]
    for revision in tags.values():
        _known_revision(asked, asked.name, revision)
    spec = {
        **service,
        "spec": {"traffic": [*main, *({"tag": t, "revisionName": r} for t, r in tags.items())]},
    }
    newest = service["status"]["latestCreatedRevisionName"]
    asked.state["services"][asked.name] = asked.platform.settled(spec, newest, service, ready=True)


def _known_revision(asked: Asked, service: str, revision: str) -> None:
    if revision not in asked.state["revisions"][service]:
        raise Refused(f"ERROR: Revision '{revision}' is not found.")


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split(",") if pair)


def _latest() -> Json:
    return {"latestRevision": True, "percent": 100}


def delete_service(asked: Asked) -> None:
    describe_service(asked)
    del asked.state["services"][asked.name]


def list_revisions(asked: Asked) -> Any:
    names = asked.state["revisions"][asked.flags["service"]]
    limit = int(asked.flags.get("limit", len(names)))
    return [_described(asked, name) for name in names[:limit]]


def describe_revision(asked: Asked) -> Any:
    if asked.name not in asked.state["made"]:
        raise Refused(f"ERROR: (gcloud.run.revisions.describe) Cannot find revision [{asked.name}]")
    return _described(asked, asked.name)


def _described(asked: Asked, name: str) -> Json:
    """In knative's form."""
    made = asked.state["made"][name]
    secrets = {setting: pinned.split(":") for setting, pinned in made["secrets"].items()}
    env = [
        {"name": setting, "valueFrom": {"secretKeyRef": {"name": secret, "key": version}}}
        for setting, (secret, version) in secrets.items()
    ]
    created = "2026-11-23T04:58:03.123Z"
    return {
        "metadata": {"name": name, "creationTimestamp": created, "labels": made["labels"]},
        "spec": {"containers": [{"env": [{"name": "THREADS", "value": "64"}, *env]}]},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


def delete_revision(asked: Asked) -> None:
    """Cloud Run refuses to delete the newest revision, and one that has traffic or a tag."""
    describe_revision(asked)
    [service] = [name for name, names in asked.state["revisions"].items() if asked.name in names]
    traffic = asked.state["services"][service]["status"]["traffic"]
    newest = asked.state["revisions"][service][0]
    if asked.name == newest or asked.name in {target["revisionName"] for target in traffic}:
        raise Refused(f"ERROR: (gcloud.run.revisions.delete) Revision {asked.name} is in use.")
    asked.state["revisions"][service].remove(asked.name)
    del asked.state["made"][asked.name]


def describe_job(asked: Asked) -> Any:
    return asked.found("jobs", "NOT_FOUND: Job not found.")


def set_job(asked: Asked) -> None:
    if (asked.words[2] == "create") == (asked.name in asked.state["jobs"]):
        raise Refused(f"ERROR: job {asked.name} cannot be {asked.words[2]}d")
    kept = {"schedule": asked.flags["schedule"], "timeZone": asked.flags["time-zone"]}
    asked.state["jobs"][asked.name] = {"state": "ENABLED", **asked.state["jobs"].get(asked.name, {}), **kept}


def delete_job(asked: Asked) -> None:
    describe_job(asked)
    del asked.state["jobs"][asked.name]


def _monitored(asked: Asked, kind: str) -> Json:
    if "monitoring.googleapis.com" not in asked.state["apis"]:
        raise Refused("ERROR: PERMISSION_DENIED: Cloud Monitoring API has not been used in project before.")
    found: Json = asked.state[kind]
    return found


def list_monitored(kind: str) -> Callable[[Asked], Any]:
    return lambda asked: list(_monitored(asked, kind).values())


def _made_monitored(asked: Asked, kind: str, resource: str, body: Json) -> Json:
    there = _monitored(asked, kind)
    numbers = (int(known.rpartition("/")[2]) for known in there)
    name = f"projects/desk-project/{resource}/{max(numbers, default=0) + 1}"
    made = body | {"name": name}
    there[name] = made
    return made


def _given(asked: Asked, flag: str) -> Json:
    body: Json = json.loads(Path(asked.flags[flag]).read_text())
    return body


def create_policy(asked: Asked) -> Json:
    body = _given(asked, "policy-from-file")
    unknown = set(body["notificationChannels"]) - set(asked.state["channels"])
    if unknown:
        raise Refused(f"ERROR: NOT_FOUND: {unknown}")
    return _made_monitored(asked, "policies", "alertPolicies", body)


def update_policy(asked: Asked) -> Json:
    policies = _monitored(asked, "policies")
    updated: Json = {**_given(asked, "policy-from-file"), "name": policies[asked.name]["name"]}
    policies[asked.name] = updated
    return updated


def create_channel(asked: Asked) -> Json:
    body = _given(asked, "channel-content-from-file")
    return _made_monitored(asked, "channels", "notificationChannels", body)


def create_uptime_check(asked: Asked) -> Json:
    body = {
        "displayName": asked.name,
        "monitoredResource": {"type": "uptime_url", "labels": _pairs(asked.flags["resource-labels"])},
        "httpCheck": {"path": asked.flags["path"], "port": int(asked.flags["port"]), "useSsl": True},
        # As the real one does: labels are lost without regions.
        "userLabels": _pairs(asked.flags["user-labels"]) if "regions" in asked.flags else {},
    }
    return _made_monitored(asked, "uptime_checks", "uptimeCheckConfigs", body)


def delete_monitored(kind: str) -> Callable[[Asked], None]:
    """What a policy uses cannot be deleted."""

    def delete(asked: Asked) -> None:
        there = _monitored(asked, kind)
        del there[asked.name]  # a policy uses no other policy
        used = str(asked.state["policies"])
        check = f'check_id="{asked.name.rpartition("/")[2]}"'
        if f"'{asked.name}'" in used or (kind == "uptime_checks" and check in used):
            raise Refused(f"ERROR: FAILED_PRECONDITION: {asked.name} is used by an alert policy.")

    return delete


COMMANDS: dict[str, Callable[[Asked], Any]] = {
    "projects describe": lambda asked: {"projectId": asked.name, "projectNumber": asked.state["number"]},
    "projects get-iam-policy": lambda asked: {"bindings": asked.state["policy"]},
    "projects add-iam-policy-binding": bind_in_project,
    "auth list": lambda asked: asked.state["login"],
    "billing projects describe": lambda asked: str(asked.state["billing"]),
    "services list": lambda asked: "\n".join(asked.state["apis"]),
    "services enable": enable_apis,
    "secrets list": list_secrets,
    "secrets create": create_secret,
    "secrets versions add": add_version,
    "secrets versions access": access_version,
    "secrets versions disable": disable_version,
    "secrets versions list": secret_versions,
    "secrets add-iam-policy-binding": lambda asked: None,
    "iam service-accounts describe": describe_account,
    "iam service-accounts create": create_account,
    "run services describe": describe_service,
    "run deploy": deploy_service,
    "run services update": update_service,
    "run services update-traffic": update_traffic,
    "run services add-iam-policy-binding": lambda asked: None,
    "run services delete": delete_service,
    "run revisions list": list_revisions,
    "run revisions describe": describe_revision,
    "run revisions delete": delete_revision,
    "scheduler jobs describe": describe_job,
    "scheduler jobs create http": set_job,
    "scheduler jobs update http": set_job,
    "scheduler jobs delete": delete_job,
    "alpha monitoring policies list": list_monitored("policies"),
    "alpha monitoring policies create": create_policy,
    "alpha monitoring policies update": update_policy,
    "alpha monitoring policies delete": delete_monitored("policies"),
    "beta monitoring channels list": list_monitored("channels"),
    "beta monitoring channels create": create_channel,
    "beta monitoring channels delete": delete_monitored("channels"),
    "monitoring uptime list-configs": list_monitored("uptime_checks"),
    "monitoring uptime create": create_uptime_check,
    "monitoring uptime delete": delete_monitored("uptime_checks"),
}


def answer(arguments: list[str], folder: Path) -> int:
    """Run one call of gcloud; returns its exit code. `folder` holds state.json and calls.jsonl."""
    words = tuple(word for word in arguments if not word.startswith("--"))
    flags = dict(part.removeprefix("--").partition("=")[::2] for part in arguments if part.startswith("--"))
    with _state(folder) as state:
        _record(folder, arguments, flags)
        try:
            message = _refusal(" ".join(arguments), state)
            if message is None:
                found = _command(words)(Asked(words=words, flags=flags, state=state))
                print(json.dumps(found) if flags.get("format") == "json" else found or "")
                return 0
        except Refused as error:
            message = str(error)
    print(f"Deploying...\n{message}", file=sys.stderr)
    return 1


def _command(words: tuple[str, ...]) -> Callable[[Asked], Any]:
    for length in (4, 3, 2):
        if found := COMMANDS.get(" ".join(words[:length])):
            return found
    raise Refused(f"ERROR: (gcloud) Invalid choice: {words}")


def _refusal(line: str, state: Json) -> str | None:
    for start in state["failing_once"]:
        if line.startswith(start):
            return str(state["failing_once"].pop(start))
    return next((expected for start, expected in state["failing"].items() if line.startswith(start)), None)


def _record(folder: Path, arguments: list[str], flags: dict[str, str]) -> None:
    """Record the call with the digests of its files, which are deleted afterwards."""
    call: Json = {"arguments": arguments}
    if "env-vars-file" in flags:
        call["environment"] = json.loads(Path(flags["env-vars-file"]).read_text())
    if "source" in flags:
        source = Path(flags["source"])
        call["files"] = {
            str(path.relative_to(source)): sha256(path.read_bytes()).hexdigest()
            for path in source.rglob("*")
            if path.is_file()
        }
    with (folder / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps(call) + "\n")


@contextmanager
def _state(folder: Path) -> Iterator[Json]:
    """Locked, because the deploy runs several calls at once."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = folder / "state.json"
        state: Json = json.loads(path.read_text())
        yield state
        path.write_text(json.dumps(state))


if __name__ == "__main__":
    sys.exit(answer(sys.argv[2:], Path(sys.argv[1])))
