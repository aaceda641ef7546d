"""Whether the desk is well, for a load balancer and for who watches over it; and the sweep, for who has the token."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from emulator import Json
from handlers.health import VERSION
from tests.support.function import Service, World, settle

TOKEN = "a-token-of-the-tests"


@pytest.fixture
def service(world: World) -> Service:
    world.settings["SWEEP_TOKEN"] = TOKEN
    return world.start()


def get(service: Service, token: str = TOKEN) -> TestResponse:
    return service.client.get("/health/deep", headers={"Authorization": f"Bearer {token}"})


def found(service: Service) -> tuple[int, Json]:
    answer = get(service)
    return answer.status_code, answer.get_json()


class TestShallow:
    def test_touches_nothing(self, world: World, service: Service) -> None:
        world.supabase.faults.down()
        assert service.client.get("/health").get_json() == {"status": "ok", "version": VERSION}
        assert world.supabase.calls() == {}

    @pytest.mark.parametrize("name", ["GIT_COMMIT", "RENDER_GIT_COMMIT"])
    def test_says_which_commit_runs(self, world: World, name: str) -> None:
        service = world.start(**{name: "0123abc"})
        assert service.client.get("/health").get_json()["commit"] == "0123abc"


class TestDeep:
    def test_is_well_once_a_sweep_has_come(self, world: World, service: Service) -> None:
        assert found(service)[0] == 503
        assert world.sweep().status_code == 200
        code, said = found(service)
        assert code == 200
        assert (said["status"], said["database"], said["dead"], said["problems"]) == ("ok", "ok", 0, [])
        assert 0 <= said["heartbeat_seconds"] < 60

    def test_is_not_when_none_comes(self, world: World, service: Service) -> None:
        world.sweep()
        world.rows("update heartbeats set at = at - interval '6 min'")
        code, said = found(service)
        assert (code, said["status"]) == (503, "failing")
        assert [problem["kind"] for problem in said["problems"]] == ["sweep"]

    def test_is_not_without_the_database(self, world: World, service: Service) -> None:
        world.supabase.faults.down()
        code, said = found(service)
        assert (code, said["status"], said["database"]) == (503, "failing", "watch: NetworkError")

    def test_says_what_a_person_has_to_see_to(self, world: World, service: Service) -> None:
        """That is no reason to start the process anew."""
        service.say("hola")
        settle()
        world.rows("update outbox set status = 'dead', last_error = 'meta 131026'")
        world.sweep()
        code, said = found(service)
        assert (code, said["dead"]) == (200, 1)
        (problem,) = said["problems"]
        assert (problem["kind"], problem["count"]) == ("dead_letters", 1)
        assert problem["error"] == "whatsapp: meta 131026"

    def test_claims_no_e_mail_of_the_operator_s(self, world: World, service: Service) -> None:
        get(service)
        assert world.column("select count(*) from operator_mails") == [0]


class TestTheToken:
    @pytest.mark.parametrize(("method", "path"), [("get", "/health/deep"), ("post", "/sweep")])
    def test_is_needed(self, world: World, service: Service, method: str, path: str) -> None:
        call = getattr(service.client, method)
        for header in ("", TOKEN, f"Basic {TOKEN}", "Bearer", "Bearer x", f"Bearer {TOKEN}x", "Bearer ñandú"):
            headers = {"Authorization": header} if header else {}
            assert call(path, headers=headers).status_code == 401
        assert world.supabase.calls() == {}

    @pytest.mark.parametrize(("method", "path"), [("get", "/health/deep"), ("post", "/sweep")])
    def test_without_it_there_is_no_such_page(self, world: World, method: str, path: str) -> None:
        service = world.start(SWEEP_TOKEN="")
        for header in ("Bearer ", "Bearer x", ""):
            answer = getattr(service.client, method)(path, headers={"Authorization": header})
            assert answer.status_code == 404

    def test_opens_the_sweep(self, world: World, service: Service) -> None:
        service.desk.webhook.sender.start = lambda rows: []  # type: ignore[method-assign]
        service.say("hola")
        settle()
        world.make_due()
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert service.client.post("/sweep", headers=headers).status_code == 200
        world.make_due()
        answer = service.client.post("/sweep", headers=headers)
        assert answer.get_json()["outcomes"] == {"sent": 1}
        assert len(world.graph.messages) == 1

    def test_a_process_does_one_at_a_time(self, world: World, service: Service) -> None:
        """Whoever calls it a hundred times at once takes no thread from customers."""
        world.rows(
            "insert into outbox (dedup_key, lane, channel, body) values ('wa/left', 'wa:1', 'whatsapp', %s)",
            '{"messaging_product":"whatsapp","to":"5491155559901","type":"text","text":{"body":"hola"}}',
        )
        headers = {"Authorization": f"Bearer {TOKEN}"}
        entered, go_on = threading.Event(), threading.Event()
        release = service.desk.sweep.store.release_templates

        def wait(limit: int) -> int:
            entered.set()
            assert go_on.wait(60)
            return release(limit)

        service.desk.sweep.store.release_templates = wait  # type: ignore[method-assign]
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(service.client.post, "/sweep", headers=headers)
            assert entered.wait(60)
            for _ in range(100):
                answer = service.client.post("/sweep", headers=headers)
                assert (answer.status_code, answer.get_json()["under_way"]) == (202, True)
            go_on.set()
            assert first.result().get_json()["outcomes"] == {"sent": 1}
        assert service.client.post("/sweep", headers=headers).status_code == 200

    def test_and_nothing_but_a_post_does(self, service: Service) -> None:
        answer = service.client.get("/sweep", headers={"Authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")

    def test_while_the_database_does_not_answer(self, world: World, service: Service) -> None:
        world.supabase.faults.down()
        answer = service.client.post("/sweep", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 503

    def test_is_in_no_log(self, world: World, service: Service) -> None:
        get(service)
        get(service, "guessed-by-somebody")
        assert TOKEN not in world.output()
        assert "guessed" not in world.output()
