"""The state and the answers of the stand-in for Google's APIs: projects, secrets, services, schedules."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.cloud_run import Platform
from tests.support.google_discovery import Method

Json = dict[str, Any]
PROJECT_NUMBER = "4242"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request, parsed as Google does."""

    method: Method
    path: dict[str, str]
    query: dict[str, str]
    body: Json

    @property
    def name(self) -> str:
        """The value of the last path parameter; "" if there is none."""
        return [*self.path.values(), ""][max(len(self.path) - 1, 0)]


@dataclass(slots=True, kw_only=True)
class Cloud:
    """The resources that exist, by name."""

    platform: Platform
    secrets: dict[str, list[Json]] = field(default_factory=dict)
    accounts: dict[str, Json] = field(default_factory=dict)
    services: dict[str, Json] = field(default_factory=dict)
    jobs: dict[str, Json] = field(default_factory=dict)
    policies: dict[str, Json] = field(default_factory=dict)
    buckets: dict[str, Json] = field(default_factory=dict)
    revisions: dict[str, Json] = field(default_factory=dict)
    monitoring: dict[str, Json] = field(default_factory=dict)  # policies, channels, uptime checks


def describe_project(cloud: Cloud, seen: Seen) -> Json:
    return {"projectId": seen.name, "projectNumber": PROJECT_NUMBER, "lifecycleState": "ACTIVE"}


def enabled(cloud: Cloud, seen: Seen) -> Json:
    return {"name": f"projects/{PROJECT_NUMBER}/services/{seen.name}", "state": "ENABLED"}


def secret_versions(cloud: Cloud, seen: Seen) -> Json | None:
    if seen.name not in cloud.secrets:
        return None
    wanted = seen.query["filter"].removeprefix("state=")
    return {"versions": [version for version in cloud.secrets[seen.name] if version["state"] == wanted]}


def get_policy(cloud: Cloud, seen: Seen) -> Json:
    return cloud.policies.get(seen.name, {"etag": "BwX="})


def set_policy(cloud: Cloud, seen: Seen) -> Json:
    cloud.policies[seen.name] = seen.body["policy"]
    return cloud.policies[seen.name]


def get_account(cloud: Cloud, seen: Seen) -> Json | None:
    return cloud.accounts.get(seen.name)


def create_account(cloud: Cloud, seen: Seen) -> Json:
    email = f"{seen.body['accountId']}@{seen.name}.iam.gserviceaccount.com"
    return cloud.accounts.setdefault(email, {"email": email, "name": f"projects/-/serviceAccounts/{email}"})


def get_bucket(cloud: Cloud, seen: Seen) -> Json | None:
    return cloud.buckets.get(seen.name)


def list_buckets(cloud: Cloud, seen: Seen) -> Json:
    return {"items": list(cloud.buckets.values())}


def create_bucket(cloud: Cloud, seen: Seen) -> Json:
    return cloud.buckets.setdefault(seen.body["name"], {"id": seen.body["name"], **seen.body})


def upload(cloud: Cloud, seen: Seen) -> Json:
    return {"bucket": seen.name, "name": seen.query["name"], "generation": "1", "size": seen.body["size"]}


def repository(cloud: Cloud, seen: Seen) -> Json:
    return {"name": seen.name, "format": "DOCKER"}


def submit_build(cloud: Cloud, seen: Seen) -> Json:
    build = {"id": "b1", "projectId": "desk-project", "name": "projects/desk-project/locations/r/builds/b1"}
    metadata = {
        "@type": "type.googlecloud.com/google.devtools.cloudbuild.v1.BuildOperationMetadata",
        "build": build,
    }
    return {"buildOperation": {"name": "operations/b1", "metadata": metadata}, "baseImageUri": "python313"}


def finished_build(cloud: Cloud, seen: Seen) -> Json:
    response = {
        "@type": "type.googlecloud.com/google.devtools.cloudbuild.v1.Build",
        "id": "b1",
        "name": "projects/desk-project/locations/r/builds/b1",
        "status": "SUCCESS",
        "results": {"images": [{"name": "image", "digest": "sha256:" + "0" * 64}]},
    }
    return {"name": "operations/b1", "done": True, "response": response}


def get_service(cloud: Cloud, seen: Seen) -> Json | None:
    return cloud.services.get(seen.name)


def put_service(cloud: Cloud, seen: Seen) -> Json:
    spec = copy.deepcopy(seen.body)
    name = spec["metadata"]["name"]
    before = cloud.services.get(name)
    revision = spec["spec"]["template"]["metadata"].get("name", f"{name}-00001-abc")
    made = spec["spec"]["template"]
    labels = {**made["metadata"].get("labels", {}), "serving.knative.dev/service": name}
    cloud.revisions.setdefault(
        revision,
        {
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Revision",
            "metadata": {"name": revision, "creationTimestamp": "2026-11-23T04:58:03.123Z", "labels": labels},
            "spec": made["spec"],
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        },
    )
    spec["spec"].setdefault("traffic", [{"latestRevision": True, "percent": 100}])
    generation = before["metadata"]["generation"] + 1 if before else 1
    spec["metadata"] |= {"generation": generation, "resourceVersion": f"v{generation}"}
    service = cloud.platform.settled(spec, revision, before, ready=True)
    service["status"]["observedGeneration"] = generation
    service["status"]["conditions"] += [
        {"type": kind, "status": "True"} for kind in ("ConfigurationsReady", "RoutesReady")
    ]
    cloud.services[name] = service
    return service


def delete_service(cloud: Cloud, seen: Seen) -> Json | None:
    return {"status": "Success"} if cloud.services.pop(seen.name, None) else None


def list_revisions(cloud: Cloud, seen: Seen) -> Json:
    names = (each["metadata"]["labels"]["serving.knative.dev/service"] for each in cloud.revisions.values())
    pairs = zip(cloud.revisions.values(), names, strict=True)
    items = [each for each, name in pairs if name in seen.query["labelSelector"]]
    return {"items": items[::-1], "metadata": {}}


def get_revision(cloud: Cloud, seen: Seen) -> Json | None:
    return cloud.revisions.get(seen.name)


def delete_revision(cloud: Cloud, seen: Seen) -> Json | None:
    return {"status": "Success"} if cloud.revisions.pop(seen.name, None) else None


def disable_version(cloud: Cloud, seen: Seen) -> Json:
    secret, number = list(seen.path.values())[-2:]
    [version] = [each for each in cloud.secrets[secret] if each["name"].rpartition("/")[2] == number]
    version["state"] = "DISABLED"
    return version


def list_services(cloud: Cloud, seen: Seen) -> Json:
    names = ("run.googleapis.com", "monitoring.googleapis.com")
    parent = f"projects/{PROJECT_NUMBER}"
    listed = [
        {"name": f"{parent}/services/{name}", "parent": parent, "config": {"name": name}, "state": "ENABLED"}
        for name in names
    ]
    return {"services": listed}


def list_monitored(kind: str, key: str) -> Callable[[Cloud, Seen], Json]:
    return lambda cloud, seen: {key: [body for name, body in cloud.monitoring.items() if f"/{kind}/" in name]}


def create_monitored(kind: str) -> Callable[[Cloud, Seen], Json]:
    def create(cloud: Cloud, seen: Seen) -> Json:
        name = f"projects/desk-project/{kind}/{len(cloud.monitoring) + 1}"
        cloud.monitoring[name] = seen.body | {"name": name}
        return cloud.monitoring[name]

    return create


def patch_monitored(kind: str) -> Callable[[Cloud, Seen], Json]:
    def patch(cloud: Cloud, seen: Seen) -> Json:
        name = f"projects/desk-project/{kind}/{seen.name}"
        cloud.monitoring[name] = seen.body | {"name": name}
        return cloud.monitoring[name]

    return patch


def delete_monitored(kind: str) -> Callable[[Cloud, Seen], Json | None]:
    def delete(cloud: Cloud, seen: Seen) -> Json | None:
        found = cloud.monitoring.pop(f"projects/desk-project/{kind}/{seen.name}", None)
        return None if found is None else {}

    return delete


def get_job(cloud: Cloud, seen: Seen) -> Json | None:
    return cloud.jobs.get(seen.name)


def put_job(cloud: Cloud, seen: Seen) -> Json:
    name = seen.body["name"].rpartition("/")[2]
    cloud.jobs[name] = cloud.jobs.get(name, {"state": "ENABLED"}) | seen.body
    return cloud.jobs[name]


def delete_job(cloud: Cloud, seen: Seen) -> Json | None:
    return {} if cloud.jobs.pop(seen.name, None) else None


HANDLERS: dict[str, Callable[[Cloud, Seen], Json | None]] = {
    "cloudresourcemanager.projects.get": describe_project,
    "cloudresourcemanager.projects.getIamPolicy": get_policy,
    "cloudresourcemanager.projects.setIamPolicy": set_policy,
    "serviceusage.services.get": enabled,
    "secretmanager.projects.secrets.versions.list": secret_versions,
    "secretmanager.projects.secrets.getIamPolicy": get_policy,
    "secretmanager.projects.secrets.setIamPolicy": set_policy,
    "iam.projects.serviceAccounts.get": get_account,
    "iam.projects.serviceAccounts.create": create_account,
    "storage.buckets.get": get_bucket,
    "storage.buckets.list": list_buckets,
    "storage.buckets.insert": create_bucket,
    "storage.objects.insert": upload,
    "artifactregistry.projects.locations.repositories.get": repository,
    "run.projects.locations.builds.submit": submit_build,
    "cloudbuild.projects.locations.operations.get": finished_build,
    "run.namespaces.services.get": get_service,
    "run.namespaces.services.create": put_service,
    "run.namespaces.services.replaceService": put_service,
    "run.namespaces.services.delete": delete_service,
    "run.namespaces.revisions.list": list_revisions,
    "run.namespaces.revisions.get": get_revision,
    "run.namespaces.revisions.delete": delete_revision,
    "secretmanager.projects.secrets.versions.disable": disable_version,
    "serviceusage.services.list": list_services,
    "monitoring.projects.alertPolicies.list": list_monitored("alertPolicies", "alertPolicies"),
    "monitoring.projects.alertPolicies.create": create_monitored("alertPolicies"),
    "monitoring.projects.alertPolicies.patch": patch_monitored("alertPolicies"),
    "monitoring.projects.alertPolicies.delete": delete_monitored("alertPolicies"),
    "monitoring.projects.notificationChannels.list": list_monitored(
        "notificationChannels", "notificationChannels"
    ),
    "monitoring.projects.notificationChannels.create": create_monitored("notificationChannels"),
    "monitoring.projects.notificationChannels.delete": delete_monitored("notificationChannels"),
    "monitoring.projects.uptimeCheckConfigs.list": list_monitored("uptimeCheckConfigs", "uptimeCheckConfigs"),
    "monitoring.projects.uptimeCheckConfigs.create": create_monitored("uptimeCheckConfigs"),
    "monitoring.projects.uptimeCheckConfigs.delete": delete_monitored("uptimeCheckConfigs"),
    "run.projects.locations.services.getIamPolicy": get_policy,
    "run.projects.locations.services.setIamPolicy": set_policy,
    "cloudscheduler.projects.locations.jobs.get": get_job,
    "cloudscheduler.projects.locations.jobs.create": put_job,
    "cloudscheduler.projects.locations.jobs.patch": put_job,
    "cloudscheduler.projects.locations.jobs.delete": delete_job,
}
