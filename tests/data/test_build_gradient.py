"""The gradient inside the United States: the published figures, what is missing, and each quirk of four tables."""

from __future__ import annotations

import statistics
from collections import Counter
from pathlib import Path

import pytest

from installation.data import build_gradient, us_surveys
from installation.data.package import load_package
from installation.data.rows import Row, figure, load_rows
from installation.data.states import COUNTRY, by_letters
from installation.errors import DataError

NHANES = "base_population,ages,indicator_short,dentition_set,category,subcategory,years,statistic,estimate_value,estimate_SE\n"
BRFSS = (
    "Year,LocationAbbr,IndicatorID,Data_Value,Low_Confidence_Interval,High_Confidence_Interval,SampleSize,"
    "Break_Out_Category,Break_Out\n"
)
STATES = "dataset,indicator_short,geo_abr,fips_code,years,value,lower_CI,upper_CI\n"
SHORTAGE = "fips,county,hpsa_designated,hpsa_score,designation_types,verified,source\n"
DAY = "HRSA BCD_HPSA_FCT_DET_DH.xlsx as of June 26 2026"


def rows(table: str) -> list[Row]:
    return load_rows(load_package("dental-equity-gradient").table(table))


def by_group(indicator: str, group_by: str) -> dict[tuple[object, object], object]:
    return {
        (row["period_start"], row["group"]): row["value"]
        for row in rows("observations")
        if row["place_id"] == COUNTRY and row["indicator_id"] == indicator and row["group_by"] == group_by
    }


def nhanes(raw: Path, *lines: str) -> list[Row]:
    (raw / us_surveys.NHANES).write_text(NHANES + "".join(f"{line}\n" for line in lines), "utf-8")
    return us_surveys.nhanes(raw)


def brfss(raw: Path, *lines: str) -> list[Row]:
    (raw / us_surveys.BRFSS).write_text(BRFSS + "".join(f"{line}\n" for line in lines), "utf-8")
    return us_surveys.brfss(raw, by_letters())


def states(raw: Path, known: list[Row], *lines: str) -> list[Row]:
    (raw / us_surveys.STATES).write_text(STATES + "".join(f"{line}\n" for line in lines), "utf-8")
    return us_surveys.states(raw, by_letters(), known)


# -- what is shipped -------------------------------------------------------------------------------------------------------


def test_the_counts_are_those_of_the_published_tables() -> None:
    observations = rows("observations")
    assert Counter(row["status"] for row in observations) == {"observed": 8723, "suppressed": 698, "not_reported": 75}
    counts = Counter(row["source_id"] for row in observations if row["status"] != "not_reported")
    # 651 rows, 32 of them twice and 2 empty; 6,156; 705 less the 324 that the table before has; 2,067
    assert [counts[key] for key in ("nhanes-trends", "nohss-adults", "nohss-brfss", "cms-416")] == [
        617,
        6156,
        381,
        2067,
    ]
    assert Counter(row["kind"] for row in rows("places")) == {"state": 51, "territory": 5, "country": 4, "county": 112}


def test_the_gap_between_poor_and_rich_does_not_close() -> None:
    adults = by_group("untreated_20_64", "poverty")
    pairs = [(adults[year, "under_100"], adults[year, "200_over"]) for year in (1988, 1999, 2011)]
    assert pairs == [pytest.approx(pair, abs=0.051) for pair in ((48.7, 19.6), (44.3, 18.1), (45.3, 17.7))]
    old = by_group("toothless_65", "poverty")
    assert (old[2011, "under_100"], old[2011, "200_over"]) == (34.1, 10.7)
    bands = by_group("visit", "income_band")
    order = ("under_15000", "15000_24999", "25000_34999", "35000_49999", "50000_over")
    assert [bands[2014, band] for band in order] == [42.8, 47.8, 57.7, 64.7, 78.8]


def test_the_facts_are_those_of_the_rows() -> None:
    facts = {row["id"]: (row["value"], row["year"]) for row in rows("facts")}
    assert facts == {
        **{"F20": (45.3, "2011-2016"), "F21": (17.7, "2011-2016"), "F22": (34.1, "2011-2016")},
        **{"F23": (10.7, "2011-2016"), "F24": (42.8, "2014"), "F25": (78.8, "2014")},
        **{"F26": (46.4, "2010"), "F27": (52.3, "2019")},
    }


def test_the_country_is_all_states_together_and_not_their_median() -> None:
    seen = [
        r for r in rows("observations") if (r["indicator_id"], r["group"], r["period_start"]) == ("visit", "all", 2014)
    ]
    territories = {"us:66", "us:72"}
    country = next(row for row in seen if row["place_id"] == COUNTRY)
    of_states = [r for r in seen if r["place_id"] not in territories | {COUNTRY, "us:78"}]
    assert len(of_states) == 51
    assert country["answered_yes"] == sum(row["answered_yes"] for row in of_states)  # type: ignore[misc]
    median = statistics.median(row["value"] for row in of_states)  # type: ignore[type-var]
    assert (country["value"], median) == (64.4, 65.3)
    assert all("median" in str(row["how_read"]) for row in rows("facts") if row["id"] in ("F24", "F25"))


def test_a_number_of_those_who_said_yes_is_no_sample_size() -> None:
    observations = rows("observations")
    assert {row["n"] for row in observations} == {None}
    nobody = [row for row in observations if row["answered_yes"] == 0]
    assert [(r["place_id"], r["group"], r["value"], r["status"]) for r in nobody] == [
        ("us:72", "50000_over", 0, "observed")
    ]
    assert (nobody[0]["low"], nobody[0]["high"]) == (None, None), "an interval of no width is none"


def test_suppressed_is_not_zero_and_a_zero_that_is_no_figure_is_none() -> None:
    observations = rows("observations")
    assert {row["value"] for row in observations if row["status"] == "suppressed"} == {None}
    water = [row for row in observations if row["indicator_id"] == "fluoridated_water"]
    assert Counter(row["status"] for row in water) == {"observed": 29, "not_reported": 21}
    assert min(row["value"] for row in water if row["value"] is not None) == 40  # type: ignore[type-var]
    assert "us:60" not in {row["place_id"] for row in water}, "a row without a year"


def test_a_light_is_a_state_and_a_band() -> None:
    lights = rows("lights")
    assert len(lights) == 53 * 5 * 2 and COUNTRY not in {row["place_id"] for row in lights}
    known = {
        (row["place_id"], row["period_start"], row["group"]): row["value"]
        for row in rows("observations")
        if row["indicator_id"] == "visit" and row["group_by"] == "income_band"
    }
    position = {row["group"]: row["position"] for row in rows("groups") if row["group_by"] == "income_band"}
    found = {(row["place_id"], row["year"], row["band"]): row["value"] for row in lights}
    assert found == {
        (place_id, year, position[group]): value
        for (place_id, year, group), value in known.items()
        if place_id != COUNTRY
    }
    land = {row["letters"] for row in load_rows(load_package("us-land").table("states"))}
    assert {row["letters"] for row in lights} - land == {"GU", "PR"}


def test_all_teeth_lost_is_never_more_than_six_or_more_lost() -> None:
    value_of = {
        (row["indicator_id"], row["place_id"], row["period_start"], row["group_by"], row["group"]): figure(row, "value")
        for row in rows("observations")
    }
    pairs = [
        (value, value_of.get(("six_lost_65", *key[1:])))
        for key, value in value_of.items()
        if key[0] == "all_lost_65" and value is not None
    ]
    assert len(pairs) > 1_500
    assert all(six is None or every <= six for every, six in pairs)


def test_a_score_says_what_it_is_of() -> None:
    designations = rows("designations")
    assert {row["applies_to"] for row in designations} == {"area", "population", "facility"}
    assert len({row["place_id"] for row in designations}) == 112
    scores = [row for row in rows("observations") if row["indicator_id"] == "shortage_score"]
    assert len(scores) == 112 and all(str(row["place_id"]).startswith("us:51") for row in scores)
    assert all(row["value"] for row in scores), "who isn't listed has no row, and not a zero"


# -- quirks ------------------------------------------------------------------------------------------------------------------


def test_two_spellings_and_two_categories_are_one_figure(tmp_path: Path) -> None:
    start = "ages 20-64,20-64,prevalance of untreated caries,permanent teeth"
    made = nhanes(
        tmp_path,
        f"{start},poverty status (2 levels),≥ 200% FPL,2011 - 2016,percent,17.7,0.9",
        f"{start},poverty status (3 levels),≥ 200% FPL,2011 - 2016,percent,17.7,0.9",
        f"{start},race and ethnicity,Mexican,1988 - 1994,percent,40,1",
        "ages 20-64,35-49,prevalence of caries,permanent teeth,age (years),35 -- 49,1988 - 1994,percent,99.5,1",
        "ages 2-5,2-5,prevalence of caries,primary teeth,all,total,1999 - 2004,percent,,",
    )
    assert [(r["indicator_id"], r["group_by"], r["group"], r["low"], r["high"], r["status"]) for r in made] == [
        ("untreated_20_64", "poverty", "200_over", 15.94, 19.46, "observed"),
        ("untreated_20_64", "race", "mexican_american", 38.04, 41.96, "observed"),
        ("caries_20_64", "age", "35-49", 97.54, 100, "observed"),
        ("caries_primary_2_5", "all", "all", None, None, "not_reported"),
    ]
    assert (made[0]["period_start"], made[0]["period_end"], made[0]["se"]) == (2011, 2016, 0.9)
    with pytest.raises(DataError, match="has two figures"):
        nhanes(
            tmp_path,
            f"{start},poverty status (2 levels),≥ 200% FPL,2011 - 2016,percent,17.7,0.9",
            f"{start},poverty status (3 levels),≥ 200% FPL,2011 - 2016,percent,17.8,0.9",
        )


def test_an_empty_cell_is_suppressed_and_a_zero_is_a_figure(tmp_path: Path) -> None:
    made = brfss(
        tmp_path,
        "2014,AL,ADT1_3,,,,,Race,Hispanic",
        '2014,PR,ADT1_3,0,0,0,0,Income,"$50,000+"',
        "2014,US,ADT1_1,64.4,64.1,64.7,307508,None,",
    )
    assert [
        (r["place_id"], r["group"], r["value"], r["low"], r["n"], r["answered_yes"], r["status"]) for r in made
    ] == [
        ("us:01", "hispanic", None, None, None, None, "suppressed"),
        ("us:72", "50000_over", 0, None, None, 0, "observed"),
        (COUNTRY, "all", 64.4, 64.1, None, 307508, "observed"),
    ]


def test_exchanged_ends_wrong_codes_and_a_row_without_a_year(tmp_path: Path) -> None:
    made = states(
        tmp_path,
        [],
        "BRFSS,adult 18+ dental visit,UT,49,2016,67,69,65",
        "BRFSS,adult 18+ dental visit,UT,49,2018,68,66,70",
        "BRFSS,adult 18+ dental visit,VI,78,2016,50,45,55",
        "HRSA,FQHC patients with dental visits,VI,71,2019,34,,",
        "HRSA,FQHC patients with dental visits,GU,66,2019,0,,",
        "CDC,people with adequately fluoridated water systems,KY,21,2015,0,,",
        "CDC,people with adequately fluoridated water systems,AS,60,,0,,",
    )
    found = {(r["place_id"], r["indicator_id"], r["period_start"]): r for r in made}
    assert len(made) == len(found) == 7
    assert (found["us:49", "visit", 2016]["low"], found["us:49", "visit", 2016]["high"]) == (65, 69)
    assert found["us:78", "visit", 2018]["status"] == "not_reported", "a gap in a year that others report"
    assert found["us:78", "health_centre_dental", 2019]["value"] == 34
    assert (
        found["us:66", "health_centre_dental", 2019]["value"],
        found["us:66", "health_centre_dental", 2019]["status"],
    ) == (
        0,
        "observed",
    )
    kentucky = found["us:21", "fluoridated_water", 2015]
    assert (kentucky["value"], kentucky["status"]) == (None, "not_reported")


def test_a_row_of_two_tables_is_taken_once_and_must_agree(tmp_path: Path) -> None:
    known = brfss(tmp_path, "2014,UT,ADT1_1,67,65,69,1000,None,")
    assert states(tmp_path, known, "BRFSS,adult 18+ dental visit,UT,49,2014,67,69,65") == []
    with pytest.raises(DataError, match="visit of Utah in 2014 differs"):
        states(tmp_path, known, "BRFSS,adult 18+ dental visit,UT,49,2014,68,69,65")


def test_a_county_is_what_it_is_designated_for(tmp_path: Path) -> None:
    (tmp_path / us_surveys.SHORTAGE).write_text(
        f"{SHORTAGE}51015,Augusta,true,8,Correctional Facility|Geographic HPSA,true,{DAY}\n", "utf-8"
    )
    places, scores, designations = us_surveys.shortage(tmp_path)
    assert (places[0]["place_id"], places[0]["parent_id"], places[0]["kind"]) == ("us:51015", "us:51", "county")
    assert (scores[0]["value"], scores[0]["period_start"]) == (8, 2026)
    assert [(row["designation"], row["applies_to"]) for row in designations] == [
        ("Correctional Facility", "facility"),
        ("Geographic HPSA", "area"),
    ]


@pytest.mark.parametrize(
    ("read", "line"),
    [
        (nhanes, "ages 2-5,2-5,prevalence of joy,primary teeth,all,total,1999 - 2004,percent,1,1"),
        (nhanes, "ages 2-5,2-5,prevalence of caries,primary teeth,shoe size,42,1999 - 2004,percent,1,1"),
        (nhanes, "ages 2-5,2-5,prevalence of caries,primary teeth,all,total,1999,percent,1,1"),
        (brfss, "2014,XX,ADT1_1,1,1,1,1,None,"),
        (brfss, "2014,AL,ADT9_9,1,1,1,1,None,"),
        (brfss, "2014,AL,ADT1_1,1,1,1,1,Shoe,42"),
        (lambda raw, line: states(raw, [], line), "CDC,joy,AL,1,2015,1,,"),
        (lambda raw, line: states(raw, [], line), "CDC,Medicaid/CHIP any dental,ZZ,1,2015,1,,"),
    ],
)
def test_what_a_reader_does_not_know_is_told(tmp_path: Path, read, line: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match="is not known"):
        read(tmp_path, line)


def test_the_facts_need_rows_and_nothing_else() -> None:
    assert build_gradient.facts([]) == []
    tables = {name: rows(name) for name in ("places", "groups", "observations")}
    made = build_gradient.derive(tables)
    assert len(made["facts"]) == 8 and len(made["lights"]) == 530
