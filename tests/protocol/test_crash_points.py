"""An instance is killed, frozen or fails at each point of the protocol: afterwards everything has happened exactly once.

Real processes, forked by tests/support/crash/parent.py, and a real Postgres. tests/support/crash/points.py lists the points.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from emulator.function import settings
from emulator.meta.graph_api import Graph
from emulator.resend.resend_api import Resend
from tests.support.crash.crash_scenario import TWO_TECHNICIANS, CrashScenario
from tests.support.crash.instances import Instance, Parent, parent_of_instances
from tests.support.crash.points import CASES, POINTS, Call, How, Point, Poison
from tests.support.function import PUBLIC_URL, Supabase, World
from tests.support.sample_files import JPEG
from tests.support.technician_mailbox import DOMAIN


@pytest.fixture(scope="module")
def parent(
    guarded_supabase: Supabase,
    served_graph: Graph,
    served_resend: Resend,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Parent]:
    given = settings("", PUBLIC_URL, served_graph, served_resend) | {
        "SUPABASE_URL": guarded_supabase.url,
        "GRAPH_API_URL": served_graph.url,
        "RESEND_API_URL": served_resend.url,
        "REPLY_BUDGET_SECONDS": "10",
        "SUPPORT_EMAIL_TO": TWO_TECHNICIANS,
        "INBOUND_EMAIL_DOMAIN": DOMAIN,
    }
    with parent_of_instances(given, tmp_path_factory.mktemp("crash") / "parent") as parent:
        yield parent


@contextmanager
def running(parent: Parent, point: Point, how: How, folder: Path) -> Iterator[Instance]:
    instance = Instance(parent, point, how, folder)
    try:
        yield instance
    finally:
        instance.end()


def _scenario(world: World) -> CrashScenario:
    world.settings["SUPPORT_EMAIL_TO"] = TWO_TECHNICIANS
    world.settings["INBOUND_EMAIL_DOMAIN"] = DOMAIN
    return CrashScenario(world=world, healthy=world.start(), sweeper=world.start("sweep"))


def _cases(comes: Call) -> list[Any]:
    return [
        pytest.param(
            point,
            how,
            id=f"{point.name}-{how}",
            # The fast ones: killed while one of the calls of a turn is under way.
            marks=[] if how is How.KILL and point.wire and point.target == "webhook" else pytest.mark.slow,
        )
        for point, how in CASES
        if point.comes is comes
    ]


@pytest.mark.parametrize(("point", "how"), _cases(Call.MESSAGE))
def test_nothing_is_lost_and_nothing_is_doubled(
    world: World, parent: Parent, tmp_path: Path, point: Point, how: How
) -> None:
    scenario = _scenario(world)
    with running(parent, point, how, tmp_path) as instance:
        scenario.report(instance if point.with_a_mark else None)
        payload = scenario.go_on() if point.waits else scenario.confirm_report()
        if point.limited:
            world.resend.faults.error("rate_limit_exceeded", retry_after=1, times=1)
        if point.target == "sweep":
            scenario.take_without_sending(payload)
            scenario.crash(instance, point, how)
        elif scenario.crash(instance, point, how, payload) != 200:
            assert scenario.healthy.post(payload).status_code == 200
        scenario.recover()
        if how is How.FREEZE:
            instance.thaw()
            instance.settle()
        poison = point.poison if how is How.EXCEPTION else Poison.NONE
        if poison is Poison.INSTEAD:
            scenario.check_only_the_message_was_kept()
            return
        scenario.deliver_again()
        if point.waits:
            scenario.check_each_line_was_answered_once()
            return
        scenario.check_everything_happened_once(poison)


@pytest.mark.parametrize(("point", "how"), _cases(Call.ANSWER))
def test_a_technician_s_words_arrive_once(
    world: World, parent: Parent, tmp_path: Path, point: Point, how: How
) -> None:
    """Who gets no answer presses the button again."""
    scenario = _scenario(world)
    technician = scenario.write_on_page()
    with running(parent, point, how, tmp_path) as instance:
        if scenario.crash(instance, point, how) != 303:
            assert technician.send(scenario.form).status_code == 303
        scenario.recover()
        if how is How.FREEZE:
            instance.thaw()
            instance.settle()
        assert technician.send(scenario.form).status_code == 303
        scenario.deliver_again()
        scenario.check_the_words_arrived_once()


@pytest.mark.parametrize(("point", "how"), _cases(Call.LIST))
def test_the_link_to_the_list_is_mailed_once(
    world: World, parent: Parent, tmp_path: Path, point: Point, how: How
) -> None:
    """Who sees no mail asks again, and gets no second one within ten minutes."""
    scenario = _scenario(world)
    scenario.path, scenario.form = "/desk/", {"address": "marta@example.com"}
    with running(parent, point, how, tmp_path) as instance:
        if scenario.crash(instance, point, how) != 202:
            assert scenario.ask_for_the_list() == 202
        scenario.recover()
        if how is How.FREEZE:
            instance.thaw()
            instance.settle()
        assert scenario.ask_for_the_list() == 202
        scenario.deliver_again()
        scenario.check_each_link_was_mailed_once()


@pytest.mark.parametrize(("point", "how"), _cases(Call.OPENING))
def test_a_ticket_for_somebody_is_opened_once_and_they_are_told_once(
    world: World, parent: Parent, tmp_path: Path, point: Point, how: How
) -> None:
    """Who gets no answer presses the button again."""
    scenario = _scenario(world)
    scenario.stand_at_the_counter()
    with running(parent, point, how, tmp_path) as instance:
        if scenario.crash(instance, point, how) != 303:
            assert scenario.open_for_him() == 303
        scenario.recover()
        if how is How.FREEZE:
            instance.thaw()
            instance.settle()
        assert scenario.open_for_him() == 303
        scenario.deliver_again()
        scenario.check_he_was_told_once_and_is_one_customer()


@pytest.mark.parametrize(("point", "how"), _cases(Call.PHOTO))
def test_a_photo_is_stored_once(world: World, parent: Parent, tmp_path: Path, point: Point, how: How) -> None:
    scenario = _scenario(world)
    payload = scenario.send_a_photo()
    with running(parent, point, how, tmp_path) as instance:
        if scenario.crash(instance, point, how, payload) != 200:
            assert scenario.healthy.post(payload).status_code == 200
        scenario.recover()
        if how is How.FREEZE:
            instance.thaw()
            instance.settle()
            scenario.recover()
        scenario.deliver_again()
        scenario.check_the_photo_is_there_once()


@pytest.mark.parametrize(("point", "how"), _cases(Call.FILE))
def test_a_technician_s_photo_arrives_once(
    world: World, parent: Parent, tmp_path: Path, point: Point, how: How
) -> None:
    """Who gets no answer sends the form again. What no answer has is removed in an hour."""
    scenario = _scenario(world)
    technician = scenario.write_on_page()
    scenario.photo = JPEG

    def send_again() -> int:
        return technician.send_files(scenario.form, ("foto.jpg", JPEG)).status_code

    with running(parent, point, how, tmp_path) as instance:
        if scenario.crash(instance, point, how) != 303:
            assert send_again() == 303
        scenario.recover()
        if how is How.FREEZE:
            instance.thaw()
            instance.settle()
        assert send_again() == 303
        scenario.recover()
        scenario.deliver_again()
        scenario.check_the_words_arrived_once()
        scenario.check_the_photo_of_the_answer_arrived_once()


@pytest.mark.parametrize(("point", "how"), _cases(Call.MAIL))
def test_a_technician_s_e_mail_is_done_once(
    world: World, parent: Parent, tmp_path: Path, point: Point, how: How
) -> None:
    """Resend delivers again what gets no 200; in the end it does so once more, as it may."""
    scenario = _scenario(world)
    scenario.form = {"text": "Prueba con otro cable."}
    scenario.answer_by_mail()
    with running(parent, point, how, tmp_path) as instance:
        if scenario.crash(instance, point, how) != 200:
            assert scenario.deliver_mail() == 200
        scenario.recover()
        if how is How.FREEZE:
            instance.thaw()
            instance.settle()
        assert scenario.deliver_mail() == 200
        scenario.recover()
        scenario.deliver_again()
        scenario.check_the_mail_was_done_once()


@pytest.mark.parametrize(("point", "how"), _cases(Call.ERASURE))
def test_nothing_is_left_of_a_photo_of_who_is_erased_meanwhile(
    world: World, parent: Parent, tmp_path: Path, point: Point, how: How
) -> None:
    """While the instance is gone or stands still; what it does when it wakes up is undone."""
    scenario = _scenario(world)
    payload = scenario.send_a_photo()
    with running(parent, point, how, tmp_path) as instance:
        scenario.crash(instance, point, how, payload)
        scenario.erase()
        if how is How.FREEZE:
            scenario.sweep()
            instance.thaw()
            instance.settle()
        scenario.check_nothing_is_left_of_the_photo()


def test_each_point_has_a_name_of_its_own() -> None:
    assert len({point.name for point in POINTS}) == len(POINTS)
