"""What values become: scales with a missing-state, years blended by key, and easing towards new data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.data.binding import Frames, Joined, Rows, Series
from installation.data.colour import parse_color
from installation.data.scales import Scale
from installation.errors import DataError


def test_linear_spreads_the_domain_over_the_range_and_holds_its_ends() -> None:
    scale = Scale("linear", domain=(0, 7), range=(10, 20))
    assert scale.apply([0, 3.5, 7, 99, -1]).tolist() == [10, 15, 20, 20, 10]


def test_a_reversed_domain_inverts() -> None:
    assert Scale("linear", domain=(7, 0)).apply([0, 7]).tolist() == [1, 0]


def test_log_is_even_in_ratios_and_zero_is_its_low_end_but_not_missing() -> None:
    scale = Scale("log", domain=(1, 10_000))
    assert scale.apply([1, 100, 10_000, 0, -3]) == pytest.approx([0, 0.5, 1, 0, 0])


def test_sqrt_makes_areas_true() -> None:
    assert Scale("sqrt", domain=(0, 100)).apply([25.0, 100.0]) == pytest.approx([0.5, 1.0])


def test_ranks_are_even_and_ties_share_a_place() -> None:
    assert Scale("rank").apply([5, 1, 5, 900]) == pytest.approx([0.5, 0.0, 0.5, 1.0])


def test_a_missing_value_is_never_the_low_end() -> None:
    found = Scale("linear", domain=(0, 1)).apply([0.0, np.nan, np.inf, 0.0], [False, False, False, True])
    assert found[0] == 0.0
    assert np.all(np.isnan(found[1:]))


def test_a_missing_number_or_colour_can_be_stated() -> None:
    assert Scale("linear", domain=(0, 1), missing=-1.0).apply([np.nan]).tolist() == [-1]
    coloured = Scale("linear", domain=(0, 1), ramp=("#000000", "#ffffff"), missing="#80808040")
    assert np.allclose(coloured.apply([np.nan])[0], parse_color("#80808040"))


def test_a_missing_value_without_a_colour_is_nan_in_every_channel() -> None:
    assert np.all(np.isnan(Scale("rank", ramp=("#000000", "#ffffff")).apply([np.nan, 1.0])[0]))


def test_the_domain_can_come_from_the_data_once_for_all_years() -> None:
    scale = Scale("linear").fitted([2.0, 4.0, np.nan])
    assert scale.domain == (2, 4)
    assert scale.apply([3.0]).tolist() == [0.5]


def test_one_single_value_lies_in_the_middle() -> None:
    for kind in ("linear", "log", "sqrt", "rank"):
        assert Scale(kind).apply([8.0])[0] == pytest.approx(0.5, abs=0.05)  # type: ignore[arg-type]


def test_categories_take_their_place_in_the_order() -> None:
    scale = Scale("categorical", order=("low", "middle", "high"))
    found = scale.apply(np.array(["high", "low", "", None], dtype=object))
    assert found[:2].tolist() == [1, 0]
    assert np.all(np.isnan(found[2:]))


def test_each_category_has_its_own_colour_unmixed() -> None:
    scale = Scale("categorical", ramp=("#ff0000", "#00ff00", "#0000ff", "#ffffff"))
    found = scale.apply(np.array(["a", "b", "c"], dtype=object))
    assert np.allclose(found[1], parse_color("#00ff00"), atol=2e-3)


def test_categories_that_are_numbers_sort_as_numbers() -> None:
    assert Scale("categorical").fitted([10.0, 2.0, 2.0]).order == ("2", "10")


def test_an_unknown_category_is_told_with_what_is_near() -> None:
    with pytest.raises(DataError, match="lw") as caught:
        Scale("categorical", order=("low", "high")).apply(np.array(["lw"], dtype=object))
    assert 'did you mean "low"' in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "lin"}, "no scale"),
        ({"kind": "log", "domain": (0, 5)}, "log scale can't reach 0"),
        ({"kind": "linear", "domain": (5, 5)}, "is empty"),
        ({"kind": "rank", "domain": (0, 5)}, "takes no domain"),
        ({"kind": "linear", "missing": "#ff0000"}, "gives numbers"),
        ({"kind": "linear", "ramp": ("#ff0000",), "missing": 0.0}, "gives colours"),
        ({"kind": "linear", "ramp": ("red",)}, "is not a colour"),
        ({"kind": "categorical", "order": ("a", "b"), "ramp": ("#ff0000",)}, "share 1 colours"),
    ],
)
def test_a_scale_that_cannot_work_says_why(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Scale(**arguments)  # type: ignore[arg-type]


def test_text_on_a_scale_of_numbers_is_refused() -> None:
    with pytest.raises(DataError, match="holds text"):
        Scale("linear").apply(np.array(["a"], dtype=object))


@given(
    st.sampled_from(["linear", "log", "sqrt", "rank"]),
    st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), max_size=30),
)
@settings(max_examples=80)
def test_whatever_comes_is_in_the_range_or_missing(kind: str, values: list[float]) -> None:
    found = Scale(kind).apply(values)  # type: ignore[arg-type]
    assert found.dtype == np.float32
    assert np.array_equal(np.isnan(found), ~np.isfinite(values)) if values else found.size == 0
    assert np.all((found[~np.isnan(found)] >= 0) & (found[~np.isnan(found)] <= 1))


def frames() -> Frames:
    """ken 2 then 4; nor missing then 8; fra never."""
    return Frames.from_rows(
        ["ken", "nor", "ken", "nor", "fra"], [2000, 2000, 2010, 2010, 2000], [2, np.nan, 4, 8, np.nan]
    )


def test_years_blend_by_key() -> None:
    assert frames().at(2005)[0] == 3
    assert frames().at(2010)[0] == 4
    assert frames().keys == ("ken", "nor", "fra")


def test_where_one_side_is_missing_the_other_is_held_and_told() -> None:
    assert frames().at(2001)[1] == 8
    assert frames().held(2001).tolist() == [False, True, False]


def test_missing_on_both_sides_stays_missing() -> None:
    assert np.isnan(frames().at(2005)[2])


def test_in_its_own_year_a_missing_value_is_missing() -> None:
    assert np.isnan(frames().at(2000)[1])
    assert not frames().held(2000).any()


def test_before_the_first_year_and_after_the_last_they_are_held() -> None:
    assert frames().at(1900)[0] == 2
    assert frames().at(2100)[0] == 4


def test_a_seldom_survey_can_be_carried_on_but_not_back_and_not_for_ever() -> None:
    seldom = Frames.from_rows(["a", "b", "b", "b"], [2000, 2000, 2005, 2010], [1, np.nan, 2, np.nan])
    carried = seldom.carried(years=6)
    assert carried.at(2005).tolist()[0] == 1
    assert np.isnan(carried.at(2010)[0])
    assert np.isnan(carried.at(2000)[1])
    assert carried.at(2010)[1] == 2
    assert seldom.ages()[2].tolist() == [10, 5]


def test_two_rows_of_one_key_and_year_are_refused_by_name() -> None:
    with pytest.raises(DataError, match='"ken" has 2 rows for 2000'):
        Frames.from_rows(["ken", "ken"], [2000, 2000], [1, 2])


def test_frames_of_an_empty_table_have_nothing_to_say() -> None:
    assert Frames.from_rows([], [], []).at(2000).size == 0


def test_easing_is_the_same_in_one_step_and_in_many() -> None:
    one, many = Joined(1, seconds=0.5), Joined(1, seconds=0.5)
    for joined in (one, many):
        joined.aim(["a"], [[0.0]])
        joined.finish()
        joined.aim(["a"], [[1.0]])
    one.advance(0.5)
    for _ in range(50):
        many.advance(0.01)
    assert one.values[0, 0] == pytest.approx(1 - np.exp(-1), rel=1e-5)
    assert many.values[0, 0] == pytest.approx(one.values[0, 0], rel=1e-5)


def test_a_new_key_appears_where_it_belongs_and_fades_in() -> None:
    joined = Joined(1, seconds=0.1)
    joined.aim(["a"], [[5.0]])
    assert joined.values[0, 0] == 5.0
    assert joined.alpha[0] == 0.0
    joined.advance(1.0)
    assert joined.alpha[0] == pytest.approx(1.0, abs=1e-4)


def test_a_key_that_is_gone_fades_where_it_is_and_frees_its_place() -> None:
    joined = Joined(1, seconds=0.1)
    joined.aim(["a", "b"], [[1.0], [2.0]])
    joined.finish()
    joined.aim(["b"], [[3.0]])
    joined.advance(0.05)
    assert joined.keys == ["a", "b"]
    assert 0.5 < joined.alpha[0] < 0.7
    assert joined.values[0, 0] == 1.0
    joined.advance(5.0)
    assert joined.keys == [None, "b"]
    joined.aim(["b", "c"], [[3.0], [4.0]])
    assert joined.keys == ["c", "b"]
    assert joined.places.tolist() == [1, 0]


def test_keys_keep_their_values_when_the_rows_change_order() -> None:
    joined = Joined(1, seconds=1.0)
    joined.aim(["a", "b"], [[1.0], [2.0]])
    joined.finish()
    joined.aim(["b", "a"], [[2.0], [1.0]])
    joined.advance(0.3)
    assert joined.values[joined.places, 0].tolist() == [2.0, 1.0]


def test_a_missing_target_is_taken_at_once_and_so_is_what_follows_it() -> None:
    joined = Joined(2, seconds=1.0)
    joined.aim(["a"], [[1.0, 1.0]])
    joined.finish()
    joined.aim(["a"], [[np.nan, 2.0]])
    joined.advance(0.01)
    assert np.isnan(joined.values[0, 0])
    assert 1.0 < joined.values[0, 1] < 1.1
    joined.aim(["a"], [[7.0, 2.0]])
    assert joined.values[0, 0] == 7.0


def test_ten_thousand_keys_outgrow_their_room_and_stay_themselves() -> None:
    joined = Joined(3, capacity=16)
    keys = [f"k{index}" for index in range(10_000)]
    joined.aim(keys, np.arange(30_000).reshape(-1, 3))
    joined.finish()
    joined.aim(keys[::-1], np.arange(30_000).reshape(-1, 3))
    joined.advance(1e9)
    assert joined.values[joined.places[0]].tolist() == [0, 1, 2]
    assert len(joined.keys) == 10_000


def test_who_is_not_there_stays_as_it_was_while_it_fades() -> None:
    joined = Joined(1, seconds=0.1)
    joined.aim(["a", "b"], [[1.0], [2.0]])
    joined.finish()
    joined.aim(["a", "b"], [[np.nan], [3.0]], [False, True])
    joined.advance(0.05)
    assert joined.values[0, 0] == 1.0
    assert 0.5 < joined.alpha[0] < 0.7
    joined.advance(5.0)
    joined.aim(["a", "b"], [[9.0], [3.0]], [True, True])
    assert joined.values[0, 0] == 9.0, "who comes back appears where it belongs"
    assert joined.alpha[0] == 0.0


def test_when_nothing_moves_nothing_is_computed() -> None:
    joined = Joined(2, seconds=0.1)
    joined.aim(["a", "b"], [[1.0, 0.0], [2.0, 0.0]])
    assert joined.advance(0.1)
    assert joined.advance(5.0)
    assert not joined.advance(0.1)
    joined.aim(["a", "b"], [[1.0, 0.0], [2.0, 0.0]])
    assert not joined.advance(0.1), "the same again is no movement"


def test_keys_that_leave_free_their_places_though_years_play_on() -> None:
    joined = Joined(1, seconds=0.05)
    for number in range(200):
        joined.aim([f"k{number}", "stays"], [[float(number)], [0.0]])
        for _ in range(3):
            joined.aim(joined._given or (), [[float(number)], [number + 0.5]])
            joined.advance(0.2)
    assert len(joined.keys) < 8


def test_rows_know_when_each_key_comes_and_goes() -> None:
    rows = Rows.of(["a", "b", "a", "b", "c"], [2000, 2000, 2010, 2005, np.nan])
    begins, ends = rows.spans()
    assert begins.tolist() == [2000, 2000, np.inf]
    assert ends.tolist() == [2010, 2005, -np.inf]
    assert rows.first.tolist() == [0, 1, 4]


def test_one_value_is_read_as_all_are() -> None:
    one, all_ = Series(frames()), frames()
    for year in (1900, 2000, 2001.5, 2005, 2010, 2100):
        for place, key in enumerate(all_.keys):
            assert one.at(key, year) == pytest.approx(all_.at(year)[place], nan_ok=True)
    assert np.isnan(one.at("nowhere", 2000))


def test_categories_in_time_are_never_blended() -> None:
    stepped = Frames.from_rows(["a", "a"], [2000, 2001], [0.0, 1.0])
    assert [float(stepped.step(year)[0]) for year in (1999, 2000, 2000.9, 2001, 2002)] == [0, 0, 0, 1, 1]


def test_long_numbers_stay_different_keys() -> None:
    assert Rows.of([1234567.0, 1234568.0]).keys == ("1234567", "1234568")


def test_ten_thousand_marks_enter_move_and_leave_by_key() -> None:
    chance = np.random.default_rng(3)
    before, after = tuple(f"k{i}" for i in range(10_000)), tuple(f"k{i}" for i in range(10_999, 999, -1))
    first, then = chance.random((10_000, 4), np.float32), chance.random((10_000, 4), np.float32)
    marks = Joined(4)
    marks.aim(before, first)
    assert marks.alpha.max() == 0 and np.array_equal(marks.values[marks.places], first), "they enter where they belong"
    marks.advance(60.0)
    marks.aim(after, then)
    place = {key: at for at, key in enumerate(marks.keys)}
    assert np.array_equal(marks.values[[place[key] for key in before]], first), "nobody jumps"
    marks.advance(0.6)
    new, stays, gone = marks.alpha[place["k10500"]], marks.alpha[place["k5000"]], marks.alpha[place["k500"]]
    assert 0 < new < 1 and stays == 1 and 0 < gone < 1
    moved = marks.values[place["k5000"]]
    assert np.allclose(moved, first[5000] + (then[10_999 - 5000] - first[5000]) * (1 - np.exp(-1)), atol=1e-3)
    marks.advance(60.0)
    assert np.array_equal(marks.values[marks.places], then) and not marks.advance(1 / 60)
    assert sum(key is not None for key in marks.keys) == 10_000, "the places of those who left are given back"
