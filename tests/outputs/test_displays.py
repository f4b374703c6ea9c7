"""Which display is meant by which output: names, identities, the last time's place, and never two on one."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import example, given
from hypothesis import strategies as st

from installation.outputs.displays import Display, Match, Name, Seat, Wanted, match

EPSON, BENQ, LAPTOP = "SEC EPSON PJ X4P21", "BNQ BenQ LU935 77", "LGD 0521"


def display(number: int, name: str, identity: str = "", x: int | None = None) -> Display:
    return Display(number, name, identity, 1920 * number if x is None else x, 0, 1920, 1080, 60.0)


def wanted(*displays: Name) -> list[Wanted]:
    return [Wanted(str(i + 1), i, one) for i, one in enumerate(displays)]


def numbers(found: Match) -> dict[str, int]:
    return {output: one.number for output, one in found.displays.items()}


def seats(wants: list[Wanted], found: Match) -> dict[str, Seat]:
    given = {one.output: one.display for one in wants}
    return {output: Seat.of(given[output], one) for output, one in found.displays.items()}


def test_outputs_without_a_display_take_those_of_their_own_numbers() -> None:
    found = match(wanted(None, None), [display(0, "A"), display(1, "B"), display(2, "C")], {})
    assert numbers(found) == {"1": 0, "2": 1} and not found.missing


def test_a_display_is_named_by_number_name_identity_or_words_of_it() -> None:
    there = [display(0, "eDP-1", LAPTOP), display(1, "HDMI-1", EPSON), display(2, "HDMI-2", BENQ)]
    assert numbers(match(wanted(2, "hdmi-1"), there, {})) == {"1": 2, "2": 1}
    assert numbers(match(wanted(BENQ, EPSON.lower()), there, {})) == {"1": 2, "2": 1}
    assert numbers(match(wanted("EPSON PJ", "77"), there, {})) == {"1": 1, "2": 2}
    assert numbers(match(wanted("EPS"), there, {})) == {}  # no whole word


def test_what_is_named_goes_before_what_is_numbered() -> None:
    there = [display(0, "HDMI-1"), display(1, "HDMI-2")]
    assert numbers(match(wanted(None, "HDMI-1"), there, {})) == {"2": 0, "1": 1}


def test_no_display_is_given_twice_and_what_there_is_is_told() -> None:
    found = match(wanted("HDMI-1", "HDMI-1", "HDMY-2", 7), [display(0, "HDMI-1", EPSON), display(1, "HDMI-2")], {})
    assert numbers(found) == {"1": 0}
    assert found.missing["3"].message == 'there is no display "HDMY-2" for output 3'
    assert 'did you mean "HDMI-2"?' in found.missing["3"].hint
    assert found.missing["4"].message == 'there is no display "7" for output 4'
    assert f"0: {EPSON} (HDMI-1), 1920 x 1080; 1: HDMI-2" in found.missing["4"].hint
    twice = match(wanted(0, 0), [display(0, "A")], {}).missing["2"]
    assert twice.message == "display 0 shows 1 already, so 2 has none" and "a display of its own" in twice.hint


def test_a_display_that_is_plugged_in_elsewhere_is_the_same() -> None:
    wants = wanted(None, 1)
    kept = seats(wants, match(wants, [display(0, "HDMI-1", EPSON), display(1, "HDMI-2", BENQ)], {}))
    swapped = [display(0, "HDMI-1", BENQ), display(1, "HDMI-2", EPSON)]
    assert numbers(match(wants, swapped, kept)) == {"1": 1, "2": 0}
    # Who writes another number means another display.
    assert numbers(match(wanted(None, 0), swapped, kept)) == {"1": 1, "2": 0}


def test_of_two_of_one_identity_each_output_keeps_its_own() -> None:
    wants = wanted(None, None)
    there = [display(0, "HDMI-1", "SEC EPSON PJ"), display(1, "HDMI-2", "SEC EPSON PJ")]
    kept = seats(wants, match(wants, there, {}))
    other = [display(0, "HDMI-2", "SEC EPSON PJ", x=1920), display(1, "HDMI-1", "SEC EPSON PJ", x=0)]
    assert {k: d.name for k, d in match(wants, other, kept).displays.items()} == {"1": "HDMI-1", "2": "HDMI-2"}


def test_what_is_gone_waits_and_takes_nobody_elses_display() -> None:
    wants = wanted(None, None, None)
    there = [display(0, "HDMI-1", EPSON), display(1, "HDMI-2", BENQ), display(2, "eDP-1", LAPTOP)]
    kept = seats(wants[:2], match(wants[:2], there, {}))
    left = [display(0, "HDMI-2", BENQ, x=0), display(1, "eDP-1", LAPTOP)]
    found = match(wants[:2], left, kept)
    assert numbers(found) == {"2": 0}
    assert found.missing["1"].message == f"display {EPSON} (HDMI-1) of output 1 is gone; its picture waits for it"


def test_a_display_that_replaces_another_at_its_port_is_taken() -> None:
    wants = wanted(None, None)
    kept = seats(wants, match(wants, [display(0, "HDMI-1", EPSON), display(1, "HDMI-2", BENQ)], {}))
    assert numbers(match(wants, [display(0, "HDMI-2", BENQ), display(1, "HDMI-1", "SEC NEW 5")], kept)) == {
        "2": 0,
        "1": 1,
    }


def test_displays_that_tell_nothing_are_found_by_name_and_else_by_place() -> None:
    wants = wanted(None, None)
    kept = seats(wants, match(wants, [display(0, "A"), display(1, "B")], {}))
    assert {k: d.name for k, d in match(wants, [display(0, "B"), display(1, "A")], kept).displays.items()} == {
        "1": "A",
        "2": "B",
    }
    assert numbers(match(wants, [display(0, "D", x=1920), display(1, "C", x=0)], kept)) == {"1": 1, "2": 0}


def test_cables_that_were_swapped_are_seen_where_one_of_two_tells_who_it_is() -> None:
    wants = wanted(None, None)
    kept = seats(wants, match(wants, [display(0, "A", EPSON), display(1, "B")], {}))
    assert numbers(match(wants, [display(0, "A"), display(1, "B", EPSON)], kept)) == {"1": 1, "2": 0}


def test_a_show_that_opens_among_strangers_borrows_and_says_so() -> None:
    wants = wanted(None, None)
    kept = {"1": Seat(None, EPSON, "HDMI-1", (5, 0, 10, 10)), "2": Seat(None, BENQ, "HDMI-2", (9, 0, 10, 10))}
    there = [display(0, "eDP-1", LAPTOP)]
    assert not match(wants, there, kept).displays
    found = match(wants, there, kept, lend=True)
    assert numbers(found) == {"1": 0} and found.borrowed == {"1"} and set(found.missing) == {"1", "2"}
    assert numbers(match(wanted("HDMI-7"), there, {}, lend=True)) == {"1": 0}
    there.append(display(1, "HDMI-5", EPSON))
    found = match(wants, there, kept, lend=True)
    assert numbers(found) == {"1": 1} and not found.borrowed


NAMES = st.none() | st.integers(0, 4) | st.sampled_from(["A", "B", "C", EPSON, BENQ, "EPSON", "nothing"])
PLACES = st.tuples(st.sampled_from([0, 1920]), st.just(0), st.just(1920), st.just(1080))
THERE = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from(["", EPSON, BENQ]), PLACES), max_size=4, unique_by=lambda t: t[0]
).map(lambda all_: [Display(i, name, identity, *place) for i, (name, identity, place) in enumerate(all_)])
KEPT = st.dictionaries(
    st.sampled_from("12345"),
    st.builds(Seat, NAMES, st.sampled_from(["", EPSON, BENQ]), st.sampled_from("ABCD"), PLACES),
    max_size=5,
)


TWINS = [Display(0, "C", EPSON, 0, 0, 1920, 1080), Display(1, "A", EPSON, 0, 0, 1920, 1080)]


@example(wanted(1), TWINS, {}, False)
@given(st.lists(NAMES, max_size=5).map(lambda names: wanted(*names)), THERE, KEPT, st.booleans())
def test_whatever_comes_no_two_outputs_have_one_display_and_all_are_told_of(
    wants: list[Wanted], there: list[Display], kept: Mapping[str, Seat], lend: bool
) -> None:
    found = match(wants, there, kept, lend)
    given_out = [one.number for one in found.displays.values()]
    assert len(set(given_out)) == len(given_out)
    assert set(found.displays) | set(found.missing) == {one.output for one in wants}
    assert set(found.displays) & set(found.missing) == found.borrowed
    assert found == match(wants, there, kept, lend)
    if lend and there and wants:
        assert found.displays
    # Once matched, the same displays stay where they are.
    again = match(wants, there, {**kept, **seats(wants, found)})
    if not found.borrowed:
        assert again.displays == found.displays
