"""A service on Cloud Run as it answers: revisions, addresses, traffic."""

import json
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Where the services are: `tag_url` is what a tagged revision is reached at, in place of Google's address.

    address: what every service is reached at, if they are not foretold and this is not "".
    """

    number: str
    region: str
    tag_url: str = "https://candidate.example"
    foretold: bool = True
    address: str = ""

    def addresses(self, name: str) -> list[str]:
        """Both of a service's addresses, the one with the project's number first, where it has that one."""
        old = self.address or f"https://{name}-abcdefgh-rj.a.run.app"
        return [f"https://{name}-{self.number}.{self.region}.run.app", old] if self.foretold else [old]

    def settled(self, spec: Json, revision: str, before: Json | None, *, ready: bool) -> Json:
        """The service as described afterwards. `spec.traffic` may say `latestRevision`; a tag is given its address."""
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
    """The name that Cloud Run gives to a service's next revision."""
    return f"{name}-{count:05}-abc"
