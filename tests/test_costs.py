"""What the status says of frames."""

from installation.costs import Costs


def test_frames_a_second_are_those_that_were_really_shown() -> None:
    costs = Costs()
    for number in range(11):
        costs.add(number * 0.5, number * 0.5 + 0.02)
    assert costs.status() == {"fps": 2.0, "frame_ms": {"p50": 20.0, "p95": 20.0, "p99": 20.0}}


def test_only_the_newest_frames_count() -> None:
    costs = Costs()
    for number in range(1000):
        costs.add(number * 0.1, number * 0.1 + (0.5 if number < 500 else 0.01))
    assert costs.status()["frame_ms"] == {"p50": 10.0, "p95": 10.0, "p99": 10.0}


def test_before_the_first_frame_there_is_nothing_to_say() -> None:
    assert Costs().status()["fps"] == 0.0
