"""Living Smiles 2142: the same seed gives the same bytes, the shapes are those asked for, and the books balance."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

import installation
from installation.data import fiction, fiction_books
from installation.data.fiction_chance import Chance, gini, hhi, top_share, zipf_shares
from installation.data.fiction_tables import COMMODITIES, EVENTS, TABLES
from installation.errors import DataError
from installation.resources import resource

GOLDEN: dict[str, str] = {
    "ls_places": "ad1773cbb3c919bcdc187d4fcaff873ac393692e9ac0a7ef1f26cc330c4d6115",
    "ls_commodities": "76e0cc06d878000d23b48395474a816d349f5813ae13190575f818cac8aeef2d",
    "ls_flows": "9410e41da63c818aad46dc9bcbaff21f81dbfa9bd106ae10fb3f177fca764c2c",
    "ls_events": "25ead60766984d1fb168f0ed2a25c55de47d45d9bb0b39882123225d8f990760",
    "ls_balance": "a55584e381a1a6efc8e2f482e95c207ffe28cba72f89f00d91dd4f4095231b25",
    "ls_streams": "d6b0defa3f33f3a8613a1b4b597d162a9bbff03bdc269260695ac762213e98b6",
}
Row = dict[str, str]


@cache
def tables(seed: int = 2142) -> dict[str, list[Row]]:
    return {
        name: list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))
        for name, data in fiction.generate(seed).items()
    }


def tier(place_id: str) -> int:
    return "wcak".index(place_id[3])


def last_year(seed: int, good: str = "") -> list[Row]:
    flows = [row for row in tables(seed)["ls_flows"] if row["year"] == "2142"]
    return [row for row in flows if row["direction"] == "up" and good in ("", row["commodity_id"])]


def test_the_seed_of_the_show_gives_the_bytes_that_we_know() -> None:
    found = {name: hashlib.sha256(data).hexdigest() for name, data in fiction.generate().items()}
    assert found == GOLDEN, "a change of the generator needs a new VERSION, and these sums"


def test_another_seed_is_another_world_of_the_same_size() -> None:
    assert fiction.generate(1)["ls_flows"] != fiction.generate(2)["ls_flows"]
    assert [len(tables(seed)["ls_places"]) for seed in (1, 2)] == [40, 40]


def test_another_python_gives_the_same_bytes() -> None:
    script = (
        "import hashlib; from installation.data import fiction; "
        "print(hashlib.sha256(b''.join(fiction.generate().values())).hexdigest())"
    )
    expected = hashlib.sha256(b"".join(fiction.generate().values())).hexdigest()
    root = str(Path(installation.__file__).parents[1])
    others = [
        path
        for minor in (11, 12, 13, 14)
        if (path := shutil.which(f"python3.{minor}")) and minor != sys.version_info.minor
        if subprocess.run([path, "-c", "pass"], capture_output=True).returncode == 0
    ]
    for python in [sys.executable, *others]:
        done = subprocess.run([python, "-c", script], cwd=root, capture_output=True, text=True)
        assert done.stdout.strip() == expected, f"{python}: {done.stderr}"


def test_every_row_says_that_it_is_fiction_and_every_id_is_of_this_world() -> None:
    for name, rows in tables().items():
        assert rows, name
        for row in rows:
            assert row["fiction"] == "true"
            assert all(value.startswith("ls:") for key, value in row.items() if key.endswith("_id") and value)


def test_tables_have_the_columns_that_are_declared_and_are_sorted_by_key() -> None:
    for name, rows in tables().items():
        assert list(rows[0]) == [column.name for column in TABLES[name].columns]
        keys = [tuple(row[part] for part in TABLES[name].primary_key) for row in rows]
        assert keys == sorted(set(keys))


def test_bytes_are_utf8_with_plain_line_ends() -> None:
    for data in fiction.generate().values():
        assert b"\r" not in data
        assert data.endswith(b"true\n")
        data.decode("utf-8")


def test_the_tables_stay_small() -> None:
    made = fiction.generate()
    assert sum(data.count(b"\n") for data in made.values()) < 30_000
    assert sum(map(len, made.values())) < 2_000_000


def test_there_are_forty_places_in_four_tiers_and_none_has_a_real_name() -> None:
    places = tables()["ls_places"]
    assert Counter(row["tier"] for row in places) == {"0": 24, "1": 8, "2": 5, "3": 3}
    names = {row["name"].lower() for row in places}
    assert len(names) == 40
    real = {"ghana", "norway", "new zealand", "ulm", "london"}
    world = resource("datasets") / "dental-equity-world" / "places.csv"
    if world.is_file():
        with world.open(encoding="utf-8", newline="") as file:
            real |= {row["name"].lower() for row in csv.DictReader(file)}
    assert not names & real
    assert not {word for name in names for word in name.split()} & real


def test_wards_lie_low_and_wide_and_crown_districts_high_in_the_middle() -> None:
    stands = defaultdict(list)
    for row in tables()["ls_places"]:
        stands[int(row["tier"])].append((float(row["x"]), float(row["y"])))
    assert all(0.01 < x < 0.99 and 0.02 < y < 0.98 for tier in stands.values() for x, y in tier)
    assert max(y for _, y in stands[0]) < 0.3
    assert max(x for x, _ in stands[0]) - min(x for x, _ in stands[0]) > 0.85
    assert min(y for _, y in stands[3]) > 0.8
    assert all(0.35 < x < 0.65 for x, _ in stands[3])
    apart = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for t in stands.values() for a in t for b in t if a < b]
    assert min(apart) > 0.03


def test_the_twelve_events_are_dated_and_written() -> None:
    assert len(EVENTS) == 12
    assert all(2042 <= event.year <= event.until <= 2142 and len(event.text) > 20 for event in EVENTS)


def test_streams_carry_both_ends_places_for_the_wall() -> None:
    made = tables()
    places = {row["place_id"]: row for row in made["ls_places"]}
    years = Counter(row["year"] for row in made["ls_streams"])
    assert set(years) == {"2092", "2117", "2142"}
    flows = {(r["year"], r["origin_id"], r["destination_id"], r["commodity_id"]): r for r in made["ls_flows"]}
    for row in made["ls_streams"]:
        start, end = places[row["origin_id"]], places[row["destination_id"]]
        assert (row["origin_name"], row["ox"], row["oy"]) == (start["name"], start["x"], start["y"])
        assert (row["destination_name"], row["dx"], row["dy"]) == (end["name"], end["x"], end["y"])
        assert (row["tier_from"], row["tier_to"]) == (start["tier"], end["tier"])
        flow = flows[row["year"], row["origin_id"], row["destination_id"], row["commodity_id"]]
        assert (row["true_value"], row["reported_value"]) == (flow["true_value"], flow["reported_value"])


def test_less_is_hidden_further_up_and_less_once_the_ledgers_are_open() -> None:
    def mean(year: str, above: int) -> float:
        shares = [
            float(row["hidden_share"])
            for row in tables()["ls_flows"]
            if row["year"] == year and row["direction"] == "up" and tier(row["origin_id"]) == above
        ]
        return sum(shares) / len(shares)

    assert mean("2117", 0) == pytest.approx(0.6, abs=0.06)
    assert mean("2117", 2) == pytest.approx(0.15, abs=0.06)
    assert mean("2142", 0) < 0.8 * mean("2117", 0)


def test_a_strike_fills_the_cold_rooms_and_its_end_empties_them() -> None:
    change = Counter[str]()
    for row in tables()["ls_balance"]:
        if row["place_id"].startswith("ls:c"):
            change[row["year"]] += int(row["stock_change"])
    assert change["2071"] > 5 * abs(change["2070"])
    assert change["2073"] < 0


def check_seed(seed: int) -> None:
    """The properties that any seed must have."""
    made = tables(seed)
    training = [float(row["true_value"]) for row in last_year(seed, "ls:training-years")]
    assert 0.80 <= gini(training) <= 0.92
    assert 0.70 <= top_share(training) <= 0.90
    for good in COMMODITIES:
        if good.hhi is None:
            continue
        wards = Counter[str]()
        for row in last_year(seed, good.commodity_id):
            if tier(row["origin_id"]) == 0:
                wards[row["origin_id"]] += int(row["true_value"])
        assert hhi([float(size) for size in wards.values()]) == pytest.approx(good.hhi, abs=0.05)
    for row in made["ls_flows"]:
        rise = tier(row["destination_id"]) - tier(row["origin_id"])
        assert rise in (1, 2) if row["direction"] == "up" else rise == -3
        assert 0 < float(row["reported_value"]) <= float(row["true_value"])
    assert reached(seed) >= 15
    check_returned(made["ls_flows"])
    check_totals(made["ls_flows"])
    for row in made["ls_balance"]:
        if not row["place_id"].startswith("ls:w"):
            spent = int(row["worth_out"]) + int(row["worth_lost"]) + int(row["stock_change"])
            assert int(row["worth_in"]) == spent
            assert int(row["worth_lost"]) >= 0


def reached(seed: int) -> int:
    """From how many wards the crown district that is reached from fewest is reached."""
    sources: dict[str, set[str]] = defaultdict(set)
    for row in sorted(last_year(seed), key=lambda row: tier(row["origin_id"])):
        origin = row["origin_id"]
        sources[row["destination_id"]] |= {origin} if tier(origin) == 0 else sources[origin]
    return min(len(sources[crown]) for crown in ("ls:k1", "ls:k2", "ls:k3"))


def check_returned(flows: list[Row]) -> None:
    up, back, wards = Counter[str](), Counter[str](), defaultdict(set)
    for row in flows:
        if row["direction"] == "returned":
            back[row["year"]] += float(row["true_value"])
            wards[row["year"]].add(row["destination_id"])
        elif tier(row["origin_id"]) == 0 and row["commodity_id"] == "ls:training-years":
            up[row["year"]] += float(row["true_value"])
    assert len(up) == 101
    for year, whole in up.items():
        assert 0.015 <= back[year] / whole <= 0.05
        assert 0 < len(wards[year]) < 12


def check_totals(flows: list[Row]) -> None:
    """They rise every year, but in years of an event that takes away."""
    totals = Counter[tuple[str, int]]()
    for row in flows:
        if tier(row["origin_id"]) == 0:
            totals[row["commodity_id"], int(row["year"])] += float(row["true_value"])
    for good in COMMODITIES:
        for year in range(2043, 2143):
            if totals[good.commodity_id, year] < totals[good.commodity_id, year - 1]:
                assert any(e.dips and e.year <= year <= e.until for e in EVENTS), (good.commodity_id, year)


@pytest.mark.parametrize("seed", [2142, 0, 1])
def test_a_seed_has_every_property(seed: int) -> None:
    check_seed(seed)


@pytest.mark.slow
def test_two_dozen_seeds_have_every_property() -> None:
    for seed in range(2, 26):
        check_seed(seed)
        tables.cache_clear()


def test_books_that_do_not_balance_are_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fiction, "ATTEMPTS", 2)
    monkeypatch.setattr(fiction_books, "_worth", lambda good, count: count * 3 % 1009)
    with pytest.raises(DataError, match="can't be made"):
        fiction.ensure(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_tables_are_made_once_and_again_only_when_something_is_not_right(tmp_path: Path) -> None:
    paths = fiction.ensure(tmp_path)
    assert {name: path.read_bytes() for name, path in paths.items()} == fiction.generate()
    first = paths["ls_flows"].stat().st_mtime_ns
    assert fiction.ensure(tmp_path) == paths
    assert paths["ls_flows"].stat().st_mtime_ns == first
    paths["ls_events"].write_bytes(b"cut sh")
    paths["ls_places"].unlink()
    fiction.ensure(tmp_path)
    assert paths["ls_events"].read_bytes() == fiction.generate()["ls_events"]
    assert paths["ls_places"].is_file()


def test_another_version_or_seed_makes_them_again(tmp_path: Path) -> None:
    paths = fiction.ensure(tmp_path, seed=7)
    seven = paths["ls_flows"].read_bytes()
    fiction.ensure(tmp_path, seed=8)
    assert paths["ls_flows"].read_bytes() != seven
    mark = json.loads((tmp_path / fiction.MARK).read_text())
    assert (mark["version"], mark["seed"]) == (fiction.VERSION, 8)
    (tmp_path / fiction.MARK).write_text("[]")
    fiction.ensure(tmp_path, seed=8)
    assert json.loads((tmp_path / fiction.MARK).read_text()) == mark


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="can't be written"):
        fiction.ensure(tmp_path / "file")


def test_draws_have_the_shapes_that_they_are_named_for() -> None:
    chance = Chance(1, "test")
    normals = [chance.normal() for _ in range(4000)]
    assert sum(normals) / 4000 == pytest.approx(0, abs=0.06)
    assert sum(z * z for z in normals) / 4000 == pytest.approx(1, abs=0.08)
    betas = [chance.beta(0.6, 9.0) for _ in range(4000)]
    assert sum(betas) / 4000 == pytest.approx(0.6, abs=0.01)
    assert 0 < min(betas) < max(betas) < 1
    assert max(chance.log_normal(0.0, 1.0) for _ in range(4000)) < 22
    assert sum(chance.binomial(7, 0.3) for _ in range(2000)) / 2000 == pytest.approx(2.1, abs=0.1)


def test_a_tables_draws_do_not_depend_on_other_tables() -> None:
    assert Chance(5, "a").uniform() == Chance(5, "a").uniform()
    assert Chance(5, "a").uniform() != Chance(5, "b").uniform()


@pytest.mark.parametrize(("count", "target"), [(6, 0.55), (9, 0.33), (24, 0.05)])
def test_zipfs_exponent_is_found_for_a_concentration(count: int, target: float) -> None:
    shares = zipf_shares(count, target)
    assert hhi(shares) == pytest.approx(target, abs=1e-9)
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)


def test_gini_and_top_share_of_known_shapes() -> None:
    assert gini([1.0, 1.0, 1.0]) == pytest.approx(0)
    assert gini([0.0] * 9 + [1.0]) == pytest.approx(0.9)
    assert top_share([1.0] * 9 + [11.0]) == pytest.approx(0.55)
