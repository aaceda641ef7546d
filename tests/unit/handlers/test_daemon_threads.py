"""Threads that are reused, limits for each kind of work, and a drain that does not wait for ever."""

import subprocess
import sys
import threading

import pytest

from handlers.daemon_threads import DaemonThreads
from handlers.side_by_side import side_by_side


@pytest.fixture
def threads() -> DaemonThreads:
    return DaemonThreads({"mail": 2, "reply": 2})


def test_a_thread_is_used_again(threads: DaemonThreads) -> None:
    used: list[int] = []
    for _ in range(3):
        threads.start("mail", lambda: used.append(threading.get_ident()))
        assert threads.drain(5)
        assert threads._idle.acquire(timeout=5)  # it waits for work
        threads._idle.release()
    assert len(used) == 3
    assert len(set(used)) == 1


def test_one_that_hangs_holds_up_nobody(threads: DaemonThreads) -> None:
    release, done = threading.Event(), threading.Event()
    threads.start("mail", release.wait, 5)
    threads.start("mail", release.wait, 5)
    assert not threads.has_room("mail")
    assert threads.has_room("reply")
    threads.start("reply", done.set)
    assert done.wait(5)
    release.set()
    assert threads.drain(5)
    assert threads.has_room("mail")


def test_a_drain_gives_up(threads: DaemonThreads) -> None:
    release = threading.Event()
    threads.start("mail", release.wait, 5)
    assert not threads.drain(0.01)
    release.set()
    assert threads.drain(5)


def test_a_drain_does_at_once_what_was_collected(threads: DaemonThreads) -> None:
    collected, sent = ["a"], list[str]()

    def flush() -> None:
        while collected:
            threads.start("mail", sent.append, collected.pop())

    threads.before_exit(flush)
    threads.start("reply", collected.append, "b")  # collected while we drain
    assert threads.drain(5)
    assert threads.drain(5)
    assert sorted(sent) == ["a", "b"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_ends_only_its_thread(threads: DaemonThreads) -> None:
    done = threading.Event()
    failed: list[threading.Thread] = []

    def fail() -> None:
        failed.append(threading.current_thread())
        raise ValueError

    threads.start("mail", fail)
    assert threads.drain(5)
    failed[0].join(5)
    threads.start("mail", done.set)
    assert done.wait(5)


def test_without_a_new_thread_the_caller_does_it(
    threads: DaemonThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the interpreter is shutting down."""

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    done = threading.Event()
    threads.start("mail", done.set)
    assert done.is_set()
    assert threads.drain(0)


def test_the_end_of_the_process_waits_for_what_is_under_way() -> None:
    program = (
        "import time\nfrom handlers.daemon_threads import DaemonThreads\n"
        "threads = DaemonThreads({'mail': 1})\n"
        "threads.before_exit(lambda: print('flushed'))\n"
        "threads.start('mail', lambda: (time.sleep(0.2), print('sent')))\n"
        "threads.start('other', time.sleep, 60)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert ended.stdout.split() == ["flushed", "sent", "flushed"]
    assert ended.stderr == ""


class TestSideBySide:
    def test_results_are_in_order(self, threads: DaemonThreads) -> None:
        assert side_by_side(threads, str, range(20), 4) == [str(number) for number in range(20)]

    def test_nothing_to_do(self, threads: DaemonThreads) -> None:
        assert side_by_side(threads, str, [], 4) == []

    def test_as_many_at_once_as_asked_for(self, threads: DaemonThreads) -> None:
        """Each of three waits for the two others."""
        barrier = threading.Barrier(3, timeout=5)
        side_by_side(threads, lambda _: barrier.wait(), range(3), 3)
        assert not barrier.broken

    def test_never_more(self, threads: DaemonThreads) -> None:
        alone = threading.Lock()

        def work(_: int) -> bool:
            with alone:
                return threading.current_thread() is threading.main_thread()

        assert side_by_side(threads, work, range(5), 1) == [True] * 5

    def test_an_error_is_raised_when_all_have_ended(self, threads: DaemonThreads) -> None:
        ended: list[int] = []

        def work(number: int) -> None:
            if number == 0:
                raise ValueError("the first")
            ended.append(number)

        with pytest.raises(ValueError, match="the first"):
            side_by_side(threads, work, range(3), 2)
        assert sorted(ended) == [1, 2]
