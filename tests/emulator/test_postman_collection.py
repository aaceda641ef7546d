"""Newman sends every request of docs/mostrador.postman_collection.json to the desk of `make run`, twice."""

from collections.abc import Iterator

import pytest

from emulator.meta.account import APP_SECRET
from handlers.signature import HEADER, sign
from tests.support.browser import Local, run_emulator, until
from tests.support.newman import NewmanRun, required_newman, run_newman
from tests.support.postman import read_collection


@pytest.fixture(scope="module")
def newman() -> str:
    return required_newman()


@pytest.fixture(scope="module")
def desk(newman: str) -> Iterator[Local]:
    with run_emulator() as started:
        yield started


@pytest.fixture(scope="module")
def runs(desk: Local, newman: str, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[NewmanRun, int]]:
    """One after the other on the same desk, each with the number of messages that it has left there."""
    report = tmp_path_factory.mktemp("newman") / "report.json"
    done, before = [], 0
    for _ in range(2):
        run = run_newman(newman, report, baseUrl=desk.function, page=desk.address)
        [(after,)] = desk.rows("select count(*) from inbound")
        done.append((run, after - before))
        before = after
    return done


@pytest.mark.parametrize("number", [0, 1])
def test_all_assertions_pass(runs: list[tuple[NewmanRun, int]], number: int) -> None:
    run, _ = runs[number]
    assert run.code == 0, run.output
    assert {each.name for each in run.sent} == {each.name for each in read_collection().requests}


def test_what_is_signed_is_what_is_sent(runs: list[tuple[NewmanRun, int]]) -> None:
    """The script's signature is Meta's, over the bytes of the body, whatever letters are in it."""
    run, _ = runs[0]
    taken = [each for each in run.sent if HEADER.lower() in each.headers and each.status in {200, 400, 503}]
    assert any(not each.body.isascii() for each in taken)
    for each in taken:
        assert each.headers[HEADER.lower()] == sign(each.body, APP_SECRET), each.name


def test_the_second_run_is_new_to_the_desk(runs: list[tuple[NewmanRun, int]]) -> None:
    first, second = (left for _, left in runs)
    assert first == second > 0


def test_the_customer_is_answered_and_has_a_ticket(desk: Local, runs: list[tuple[NewmanRun, int]]) -> None:
    """Nothing that the desk has written is refused, although Meta's stand-in has delivered none of these messages."""
    assert desk.rows("select count(*) from tickets")[0][0] >= len(runs)
    until(lambda: desk.rows("select from outbox where proof = 'read'"), "a reply was read")
    # Two runs are more replies than one customer gets in a minute: the latest takes the place of those that wait.
    given_up = "select last_error from outbox where status = 'dead' and last_error <> 'superseded'"
    assert desk.rows(given_up) == []
