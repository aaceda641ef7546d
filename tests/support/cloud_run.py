"""A service on Cloud Run, as its API describes it: revisions, addresses, traffic."""

import json
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The addresses of the services. `tag_url`: of a tagged revision, in place of Google's.

    numbered_address: whether services have one with the project's number; address: of every service, if not "".
    """

    number: str
    region: str
    tag_url: str = "https://candidate.example"
    numbered_address: bool = True
    address: str = ""

    def addresses(self, name: str) -> list[str]:
        """The addresses of a service; the one with the project's number, if any, comes first."""
        old = self.address or f"https://{name}-abcdefgh-rj.a.run.app"
        return (
            [f"https://{name}-{self.number}.{self.region}.run.app", old] if self.numbered_address else [old]
        )

    def settled(self, spec: Json, revision: str, before: Json | None, *, ready: bool) -> Json:
        """The description after a change: `latestRevision` in `spec.traffic` is resolved, and each tag gets its address."""
        name = spec["metadata"]["name"]
        last_ready = before["status"].get("latestReadyRevisionName") if before else None
        status: Json = {"latestCreatedRevisionName": revision, "url": self.addresses(name)[-1]}
        if latest := revision if ready else last_ready:
            status["latestReadyRevisionName"] = latest
            status["traffic"] = [self._target(target, latest) for target in spec["spec"]["traffic"]]
        status["conditions"] = [{"type": "Ready", "status": "True" if ready else "False"}]
        annotations = {**spec["metadata"].get("annotations", {})}
        annotations["run.googleapis.com/urls"] = json.dumps(self.addresses(name))
        metadata = {**spec["metadata"], "namespace": self.number, "annotations": annotations}
        return {**spec, "metadata": metadata, "status": status}

    def _target(self, target: Json, latest: str) -> Json:
        named = {**target, "revisionName": target.get("revisionName", latest)}
        return {**named, "url": self.tag_url} if "tag" in target else named


def revision_of(name: str, count: int) -> str:
    """The name of a service's revision, as Cloud Run generates it."""
    return f"{name}-{count:05}-abc"
