"""Timecode is read strictly and chased: through jitter, gaps, jumps and all four rates."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.gear.chase import Chase
from installation.gear.midi_wire import RATES, Full, Gesture, Label, Quarter, Rate, label, labelled, read


def quarters(rate: Rate, first: int, count: int, way: int = 1) -> Iterator[Quarter]:
    """The quarter frames of so many frames, from a frame on; a label every two."""
    code = RATES.index(rate)
    for pair in range(count // 2):
        name = labelled(first + way * 2 * pair, rate)
        parts = (name.frames, name.seconds, name.minutes, name.hours | code << 5)
        pieces = [Quarter(2 * i + half, part >> 4 * half & 15) for i, part in enumerate(parts) for half in (0, 1)]
        yield from pieces if way > 0 else pieces[::-1]


def played(chase: Chase, said: Iterator[Quarter], rate: Rate, start: float, jitter: float = 0.0) -> float:
    """Lets quarter frames arrive at their rate; gives the moment of the last."""
    chance, when = random.Random(1), start
    for number, one in enumerate(said):
        when = start + number / (4 * rate.real)
        chase.hear(one, when + chance.uniform(0, jitter))
    return when


@pytest.mark.parametrize("rate", RATES, ids=["24", "25", "29.97 drop", "30"])
def test_a_running_machine_is_followed_at_every_rate(rate: Rate) -> None:
    chase = Chase()
    first = labelled(0, rate).number + label(RATES.index(rate) << 5 | 1, 9, 58, 0).number  # type: ignore[union-attr]
    when = played(chase, quarters(rate, first, 200), rate, 10.0)  # over the tenth minute, and the dropped labels
    chase.at(when)
    place = chase.at(when)
    assert place is not None
    last = labelled(first + 199, rate)
    expected = last.hours * 3600 + last.minutes * 60 + last.seconds + (last.frames + 0.75) / rate.nominal
    assert place[0] == pytest.approx(expected, abs=0.5 / rate.nominal)
    assert (place[1], chase.state(when), chase.jumps) == (rate.nominal, "runs", 0)


def test_jitter_never_makes_it_run_backwards_or_jump() -> None:
    chase, rate, seen = Chase(), RATES[1], list[float]()
    chance = random.Random(2)
    for number, one in enumerate(quarters(rate, 90_000, 250)):
        when = number / 100
        chase.hear(one, when + chance.uniform(0, 0.006))
        if (place := chase.at(when + 0.008)) is not None:
            seen.append(place[0])
    assert seen == sorted(seen) and chase.jumps == 0
    assert seen[-1] - seen[100] == pytest.approx((len(seen) - 101) / 100, abs=0.01)


def test_it_runs_on_through_a_gap_and_then_stands() -> None:
    chase, rate = Chase(freewheel=1.0), RATES[1]
    when = played(chase, quarters(rate, 25, 40), rate, 0.0)
    chase.at(when)
    before, after = chase.at(when), chase.at(when + 0.6)
    assert before is not None and after is not None
    assert after[0] - before[0] == pytest.approx(0.6, abs=1e-6)
    assert chase.state(when + 0.6) == "freewheels"
    assert chase.at(when + 1.1) is None and chase.state(when + 1.1) == "stands"


def test_what_stands_where_it_starts_is_run_past() -> None:
    chase, rate = Chase(), RATES[1]
    seen = []
    for number, one in enumerate(quarters(rate, 90_000, 20)):
        chase.hear(one, number / 100)
        if (place := chase.at(number / 100)) is not None:
            seen.append(place[0])
    assert seen[0] < 3600.0 <= seen[1] and seen == sorted(seen)


def test_a_gap_of_the_cable_is_no_jump_when_it_comes_back() -> None:
    chase, rate = Chase(), RATES[1]
    for number, one in enumerate(quarters(rate, 0, 100)):
        if not 150 <= number < 203:
            chase.hear(one, number / 100)
        chase.at(number / 100)
    place = chase.at(3.99)
    assert chase.jumps == 0 and place is not None and place[0] == pytest.approx(3.99, abs=0.01)


def test_a_few_lost_quarter_frames_are_no_jump() -> None:
    chase, rate = Chase(), RATES[3]
    for number, one in enumerate(quarters(rate, 0, 60)):
        if number not in (41, 42, 70):
            chase.hear(one, number / 120)
    chase.at(239 / 120)
    place = chase.at(239 / 120)
    assert chase.jumps == 0 and place is not None and place[0] == pytest.approx(239 / 120, abs=0.01)


def test_a_jump_is_told_by_silence_for_one_look_and_runs_past_nothing() -> None:
    chase, rate = Chase(), RATES[1]
    when = played(chase, quarters(rate, 0, 40), rate, 0.0)
    assert chase.at(when) is not None
    when = played(chase, quarters(rate, 100_000, 20), rate, when + 0.01)
    assert chase.jumps == 1 and chase.at(when) is None
    eve, place = chase.at(when), chase.at(when)
    assert eve is not None and eve[0] == pytest.approx(4000.0, abs=0.001) and eve[0] < 4000.0
    assert place is not None and place[0] == pytest.approx(4000.79, abs=0.05)


def test_it_follows_backwards() -> None:
    chase, rate = Chase(), RATES[1]
    when = played(chase, quarters(rate, 5000, 60, way=-1), rate, 0.0)
    place = chase.at(when)
    assert place is not None and place[0] == pytest.approx((5000 - 58) / 25, abs=0.05)
    later = chase.at(when + 0.1)
    assert later is not None and later[0] < place[0]


def test_a_full_frame_moves_a_machine_that_stands() -> None:
    chase = Chase()
    played(chase, quarters(RATES[1], 0, 40), RATES[1], 0.0)
    said = read(bytes((0xF0, 0x7F, 0x7F, 1, 1, 1 << 5 | 10, 20, 30, 12, 0xF7)))
    assert isinstance(said, Full)
    chase.hear(said, 5.0)
    assert chase.at(5.0) is None and chase.state(5.0) == "stands" and str(chase.label) == "10:20:30:12"


def test_every_frame_of_a_dropping_day_has_one_label() -> None:
    rate = RATES[2]
    assert str(labelled(1800, rate)) == "00:01:00;02" and str(labelled(17982, rate)) == "00:10:00;00"
    for number in range(0, 24 * 107_892, 997):
        name = labelled(number, rate)
        assert name.number == number
        assert label(2 << 5 | name.hours, name.minutes, name.seconds, name.frames) == name


@pytest.mark.parametrize(
    "data",
    ["f07f7f01010102030499", "f07f7f0101010203f7", "f07f7f010138000000f7", "f07f7f0101213b3c00f7", "f07f7f0101410100"
     "00f7", "f07f7f0101000000ff", "f180", "f1", "f10000", "903c", "903c80", "7f0000", "b0", "e000", "c00000", "f0", ""],
)  # fmt: skip
def test_what_is_not_whole_says_nothing(data: str) -> None:
    assert read(bytes.fromhex(data)) is None


@settings(max_examples=300)
@given(st.lists(st.binary(max_size=14) | st.binary(max_size=8).map(lambda rest: b"\xf0\x7f\x7f\x01\x01" + rest)))
def test_whatever_comes_is_survived(stream: list[bytes]) -> None:
    chase = Chase()
    for number, data in enumerate(stream):
        said = read(data)
        if isinstance(said, Quarter | Full):
            chase.hear(said, number / 100)
        elif said is not None:
            assert isinstance(said, Gesture) and 1 <= said.channel <= 16 and 0 <= said.number <= 127
        place = chase.at(number / 100)
        assert place is None or 0 <= place[0] < 86_400


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 15), st.floats(0, 0.3)), max_size=80))
def test_quarter_frames_in_any_order_at_any_time_are_survived(stream: list[tuple[int, int, float]]) -> None:
    chase, when = Chase(), 0.0
    for piece, bits, later in stream:
        when += later
        chase.hear(Quarter(piece, bits), when)
        place = chase.at(when)
        assert place is None or 0 <= place[0] < 86_400
    assert chase.label is None or isinstance(chase.label, Label)
