"""Google's own watch over a stage: it writes to the operator when the desk fails, also when the desk cannot.

Three alert policies (errors in the log, a sweep that the scheduler could not call, /health without an answer), an uptime check, and
a notification channel for each address of OPERATOR_EMAIL_TO. All carry the user label `mostrador` with the stage, by which they
are found again.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from handlers.mail_addresses import read_mailboxes
from ops.errors import OpsError
from ops.google_cloud import Gcloud
from ops.operator_settings import OperatorSettings

API: Final = "monitoring.googleapis.com"
_LABEL: Final = "mostrador"
_KIND: Final = "alert"
_AT_MOST_EACH: Final = "3600s"  # one e-mail an hour for each policy
_CLOSED_AFTER: Final = "86400s"  # without another error, an incident ends
_UPTIME_MINUTES: Final = 5
_UPTIME_SECONDS: Final = 10
_REGIONS: Final = "south-america,usa-virginia,europe"  # Google wants three at least
_TWO_CHECKS: Final = "600s"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedStage:
    """What was deployed. always_on: an instance runs all the time, so it costs nothing to ask it every few minutes."""

    stage: str
    webhook: str
    sweep: str
    job: str
    public_url: str
    always_on: bool


def lay_alerts(gcloud: Gcloud, settings: OperatorSettings, watched: WatchedStage) -> str:
    """Make what is missing, update what is there, and delete what is not wanted any more. Raises OpsError."""
    addresses = _addresses(settings)
    if missing := gcloud.missing_apis([API]):
        if not addresses:
            return "alerts: OPERATOR_EMAIL_TO is empty, so there is nobody to tell; none made"
        gcloud("services", "enable", *missing)
    monitoring = _Monitoring(gcloud=gcloud, watched=watched)
    before = monitoring.found()
    if not addresses:
        gone = monitoring.delete(before)
        return f"alerts: OPERATOR_EMAIL_TO is empty, so there is nobody to tell; none made, {gone} removed"
    kept = monitoring.save(before, addresses)
    monitoring.delete(before.without(kept))
    asked = f"{watched.public_url}/health" if watched.always_on else "not of /health, without minInstances"
    return f"alerts: errors, failed sweeps and {asked}; by e-mail to {', '.join(addresses)}"


def _addresses(settings: OperatorSettings) -> list[str]:
    """Raises OpsError."""
    try:
        return [each.address for each in read_mailboxes(settings.get("OPERATOR_EMAIL_TO"))]
    except ValueError:
        raise OpsError("OPERATOR_EMAIL_TO has something that is no e-mail address") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What this stage has at Google: descriptions in Google's own form."""

    policies: Sequence[Json]
    uptime_checks: Sequence[Json]
    channels: Sequence[Json]

    def without(self, names: Iterable[str]) -> "_Found":
        kept = set(names)

        def left(some: Sequence[Json]) -> Sequence[Json]:
            return [each for each in some if each["name"] not in kept]

        return _Found(
            policies=left(self.policies),
            uptime_checks=left(self.uptime_checks),
            channels=left(self.channels),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Monitoring:
    """Google's monitoring of one project, by gcloud. Every method raises ProgramError."""

    gcloud: Gcloud
    watched: WatchedStage

    def found(self) -> _Found:
        return _Found(
            policies=self._ours("alpha", "monitoring", "policies", "list"),
            uptime_checks=self._ours("monitoring", "uptime", "list-configs"),
            channels=self._ours("beta", "monitoring", "channels", "list"),
        )

    def save(self, before: _Found, addresses: Sequence[str]) -> list[str]:
        """Returns the names of what is wanted."""
        channels = [self._channel(before.channels, address) for address in addresses]
        check = self._uptime_check(before.uptime_checks) if self.watched.always_on else None
        conditions = _conditions(self.watched, check)
        policies = [
            self._policy(before.policies, _policy(self.watched.stage, kind, condition, channels))
            for kind, condition in conditions.items()
        ]
        return [*channels, *([check] if check else []), *policies]

    def delete(self, some: _Found) -> int:
        """Policies first: Google keeps what a policy uses. Returns how many there were."""
        for words, all_of in (
            (("alpha", "monitoring", "policies"), some.policies),
            (("monitoring", "uptime"), some.uptime_checks),
            (("beta", "monitoring", "channels"), some.channels),
        ):
            for each in all_of:
                self.gcloud(*words, "delete", each["name"])
        return len(some.policies) + len(some.uptime_checks) + len(some.channels)

    def _ours(self, *words: str) -> list[Json]:
        everything: list[Json] = json.loads(self.gcloud(*words, "--format=json") or "[]")
        return [each for each in everything if each.get("userLabels", {}).get(_LABEL) == self.watched.stage]

    def _channel(self, there: Sequence[Json], address: str) -> str:
        for channel in there:
            if channel.get("labels", {}).get("email_address") == address:
                return str(channel["name"])
        body = {
            "type": "email",
            "displayName": f"Mostrador {self.watched.stage}: operator",
            "labels": {"email_address": address},
            "userLabels": {_LABEL: self.watched.stage},
        }
        # In a file: others on this machine can see arguments, and gcloud logs them.
        with _file(body) as path:
            return self._made(
                "beta", "monitoring", "channels", "create", f"--channel-content-from-file={path}"
            )

    def _uptime_check(self, there: Sequence[Json]) -> str:
        """What it asks cannot be changed: another address is another check, and this one is deleted afterwards."""
        url = urlsplit(self.watched.public_url)
        host, port, path = url.hostname or "", url.port or 443, f"{url.path}/health"
        for check in there:
            http, labels = check.get("httpCheck", {}), check.get("monitoredResource", {}).get("labels", {})
            if (labels.get("host"), http.get("port"), http.get("path")) == (host, port, path):
                return str(check["name"])
        return self._made(
            *("monitoring", "uptime", "create", f"Mostrador {self.watched.stage}: health"),
            *(
                "--resource-type=uptime-url",
                f"--resource-labels=host={host},project_id={self.gcloud.project}",
            ),
            *("--protocol=https", f"--port={port}", f"--path={path}", "--validate-ssl=true"),
            *(f"--period={_UPTIME_MINUTES}", f"--timeout={_UPTIME_SECONDS}"),
            # Without regions, gcloud (528) leaves the labels out.
            *(f"--regions={_REGIONS}", f"--user-labels={_LABEL}={self.watched.stage}"),
        )

    def _policy(self, there: Sequence[Json], body: Json) -> str:
        kind = body["userLabels"][_KIND]
        words = ("alpha", "monitoring", "policies")
        with _file(body) as path:
            for policy in there:
                if policy["userLabels"].get(_KIND) == kind:
                    self.gcloud(*words, "update", policy["name"], f"--policy-from-file={path}")
                    return str(policy["name"])
            return self._made(*words, "create", f"--policy-from-file={path}")

    def _made(self, *words: str) -> str:
        return str(json.loads(self.gcloud(*words, "--format=json"))["name"])


def _policy(stage: str, kind: str, condition: Json, channels: Sequence[str]) -> Json:
    strategy: Json = {"autoClose": _CLOSED_AFTER}
    if "conditionMatchedLog" in condition:  # the others are told when they begin and when they end
        strategy["notificationRateLimit"] = {"period": _AT_MOST_EACH}
    text = f"{condition['displayName']}. To see what is wrong: `python -m ops doctor --stage {stage}`"
    return {
        "displayName": f"Mostrador {stage}: {kind}",
        "combiner": "OR",
        "conditions": [condition],
        "alertStrategy": strategy,
        "notificationChannels": list(channels),
        "documentation": {"content": text, "mimeType": "text/markdown"},
        "userLabels": {_LABEL: stage, _KIND: kind},
    }


def _conditions(watched: WatchedStage, uptime_check: str | None) -> dict[str, Json]:
    """By the kind of alert."""
    services = f'("{watched.webhook}" OR "{watched.sweep}")'
    errors = (
        f'resource.type="cloud_run_revision" AND resource.labels.service_name={services} AND severity>=ERROR'
    )
    calls = (
        f'resource.type="cloud_scheduler_job" AND resource.labels.job_id="{watched.job}" AND severity>=ERROR'
    )
    conditions = {
        "errors": _log_line("The desk has logged an error", errors),
        "sweep": _log_line("Cloud Scheduler could not call the sweep", calls),
    }
    if uptime_check:
        conditions["health"] = _no_answer(uptime_check.rpartition("/")[2])
    return conditions


def _log_line(name: str, log_filter: str) -> Json:
    return {"displayName": name, "conditionMatchedLog": {"filter": log_filter}}


def _no_answer(check_id: str) -> Json:
    """From more than one place of Google's at once, as its console makes it."""
    metric = "monitoring.googleapis.com/uptime_check/check_passed"
    threshold = {
        "filter": f'metric.type="{metric}" AND metric.labels.check_id="{check_id}" AND resource.type="uptime_url"',
        "aggregations": [
            {
                "alignmentPeriod": _TWO_CHECKS,
                "perSeriesAligner": "ALIGN_NEXT_OLDER",
                "crossSeriesReducer": "REDUCE_COUNT_FALSE",
                "groupByFields": ["resource.label.*"],
            }
        ],
        "comparison": "COMPARISON_GT",
        "thresholdValue": 1,
        "duration": "60s",
        "trigger": {"count": 1},
    }
    return {"displayName": "/health does not answer", "conditionThreshold": threshold}


@contextmanager
def _file(body: Json) -> Iterator[Path]:
    """In a folder that only its owner can read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "body.json"
        path.write_text(json.dumps(body))
        yield path
