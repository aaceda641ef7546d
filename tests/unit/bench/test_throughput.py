"""The calls of a message, from what the proxy counted."""

from bench.throughput import calls_per_message


def test_every_call_that_occurs_is_listed_with_a_zero_where_it_does_not() -> None:
    rounds = [{"commit_turn": 1.0, "status": 3.0}, {"commit_turn": 1.0, "status": 3.0, "mark_sent": 0.1}]
    assert calls_per_message(rounds) == {
        "commit_turn": [1.0, 1.0],
        "mark_sent": [0.0, 0.1],
        "status": [3.0, 3.0],
    }
