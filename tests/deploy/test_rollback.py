"""Two steps back, to what has served and was not rolled back from, both services together; and the two halves of a deploy."""

from typing import Any

import pytest

from tests.support.serverless_cli import SECRETS, Project, Run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # npm may have to fetch osls first
WEBHOOK = "mostrador-prod-webhook"
SWEEP = "mostrador-prod-sweep"
LOST = "ERROR: (gcloud.run.services.update-traffic) UNAVAILABLE: the connection broke"


def serving(project: Project) -> list[int]:
    """The numbers of the revisions that serve: the webhook's and the sweep's."""
    found = []
    for service in (WEBHOOK, SWEEP):
        [target] = [each for each in _targets(project, service) if each.get("percent") == 100]
        found.append(_number(target["revisionName"]))
    return found


def kept(project: Project, service: str = WEBHOOK) -> list[int]:
    """The numbers of what a rollback can go back to, the last first."""
    tags = {each.get("tag"): each["revisionName"] for each in _targets(project, service)}
    return [_number(tags[tag]) for tag in ("previous", "previous-2") if tag in tags]


def _targets(project: Project, service: str) -> list[dict[str, Any]]:
    targets: list[dict[str, Any]] = project.state["services"][service]["status"]["traffic"]
    return targets


def _number(revision: str) -> int:
    return int(revision.split("-")[-2])


def deploy(project: Project, release: str, *options: str) -> Run:
    path = project.folder / "main.py"
    path.write_text(f"{path.read_text()}# {release}\n")
    run = project.run("deploy", *options)
    assert run.code == 0, run.output
    return run


@pytest.fixture(scope="module")
def three(project: Project) -> Project:
    """Three deploys, each of something else."""
    for release in ("first", "second", "third"):
        deploy(project, release)
    return project


class TestInOrder:
    """Each test continues from the last."""

    def test_twice_goes_back_two(self, three: Project) -> None:
        assert (serving(three), kept(three), kept(three, SWEEP)) == ([3, 3], [2, 1], [2, 1])
        assert three.run("rollback").code == 0
        assert (serving(three), kept(three)) == ([2, 2], [1])
        assert three.run("rollback").code == 0
        assert (serving(three), kept(three)) == ([1, 1], [])

    def test_a_third_says_that_there_is_nothing(self, three: Project) -> None:
        run = three.run("rollback")
        assert run.code == 1
        assert (
            f"{WEBHOOK}: there is nothing to go back to, no revision from before {WEBHOOK}-00001"
            in run.output
        )
        assert "Nothing was changed." in run.output
        assert not run.lines("run services update-traffic")

    def test_after_a_deploy_back_is_what_served_and_not_what_was_rolled_back(self, three: Project) -> None:
        deploy(three, "fourth")
        assert (serving(three), kept(three)) == ([4, 4], [1])

    def test_what_changes_one_service_makes_revisions_of_both(self, three: Project) -> None:
        deploy(three, "fifth", "--param=cpu=2")
        assert (serving(three), kept(three), kept(three, SWEEP)) == ([5, 5], [4, 1], [4, 1])

    def test_one_that_stopped_halfway_is_completed(self, three: Project) -> None:
        three.change(failing_once={f"run services update-traffic {SWEEP}": LOST})
        assert three.run("rollback").code == 1
        assert serving(three) == [4, 5]
        run = three.run("rollback")
        assert run.code == 0, run.output
        assert (serving(three), kept(three), kept(three, SWEEP)) == ([4, 4], [1], [1])

    def test_so_is_a_deploy_by_going_back(self, three: Project) -> None:
        three.change(failing_once={f"run services update-traffic {SWEEP}": LOST})
        three.edit("main.py", "# fifth", "# sixth")
        assert three.run("deploy").code == 1
        assert serving(three) == [6, 4]
        assert three.run("rollback").code == 0
        assert (serving(three), kept(three), kept(three, SWEEP)) == ([4, 4], [1], [1])


class TestHalves:
    """Each test continues from the last."""

    def test_a_candidate_serves_nobody(self, three: Project) -> None:
        three.edit("main.py", "# sixth", "# seventh")
        before = serving(three)
        run = three.run("candidate")
        assert run.code == 0, run.output
        assert serving(three) == before
        assert run.result is not None
        candidate = run.result["webhook"]["candidate"]
        assert candidate == {
            "revision": f"{WEBHOOK}-00007-abc",
            "url": three.health.url,
            "servingNow": f"{WEBHOOK}-0000{before[0]}-abc",
        }
        assert not run.lines("scheduler")

    def test_only_what_was_tried_is_promoted(self, three: Project) -> None:
        before = serving(three)
        run = three.run("promote", f"--revisions={WEBHOOK}-00006-abc,{SWEEP}-00006-abc")
        assert run.code == 1
        assert f"{WEBHOOK}-00007-abc is newer than what was tried" in run.output
        assert serving(three) == before

    def test_it_is_promoted(self, three: Project) -> None:
        run = three.run("promote", f"--revisions={WEBHOOK}-00007-abc,{SWEEP}-00007-abc")
        assert run.code == 0, run.output
        assert serving(three) == [7, 7]
        assert run.lines("scheduler jobs update http") == [f"scheduler jobs update http {SWEEP}"]
        assert not run.lines("run deploy")

    def test_a_deploy_in_one_says_what_it_did_not_try(self, three: Project) -> None:
        run = three.run("deploy")
        assert "not tried: Meta's verification and a signed call, which `make deploy` tries" in run.output


class TestRevoke:
    """The last that is done with them."""

    def test_nothing_is_closed_while_what_serves_is_not_well(self, three: Project) -> None:
        three.change(address=three.health.url, numbered_address=False)
        deploy(three, "eighth")
        before = three.state
        three.health.status = 500
        run = three.run("revoke")
        assert run.code == 1
        assert "/health answers 500, not 200. Nothing was closed." in run.output
        assert three.state == before

    def test_nor_while_something_newer_waits(self, three: Project) -> None:
        three.health.status = 200
        assert three.run("rollback").code == 0
        run = three.run("revoke")
        assert run.code == 1
        assert "is newer: deploy first" in run.output

    def test_what_serves_is_left_and_nothing_to_go_back_to(self, three: Project) -> None:
        assert three.run("deploy").code == 0
        now = serving(three)
        run = three.run("revoke")
        assert run.code == 0, run.output
        assert (serving(three), kept(three)) == (now, [])
        assert f"disabled: {SECRETS[0]} 2" in run.output, "of its versions 2 and 3 are enabled, and 3 serves"
        assert three.run("rollback").code == 1
