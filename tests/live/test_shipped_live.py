"""The live packages that ship: refreshed from answers of the recorded shapes, by the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from live_packages import who
from typer.testing import CliRunner
from web_stand import Site, Visit

from installation import cli
from installation.data.package import load_package
from installation.data.rows import load_rows

RUN = CliRunner()
LIVE = ("live-dentists", "live-population")


@pytest.fixture
def hall(site: Site, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A building with addresses of its own; its file."""
    path = tmp_path / "hall.yaml"
    lines = [f"    {name}: {site.address}/{name}\n" for name in LIVE]
    path.write_text("data:\n  refresh: used\n  addresses:\n" + "".join(lines))
    monkeypatch.chdir(tmp_path)

    def script(visit: Visit) -> None:
        if "HWF_0010" in visit.path:
            visit.answer({"value": [who("KEN", 2021, 0.25), who("HND", 2020, 0.32)]})
        else:
            row = {
                "countryiso3code": "KEN",
                "date": "2024",
                "value": 56432944,
                "country": {"id": "KE", "value": "Kenya"},
            }
            visit.answer([{"page": 1, "pages": 1}, [row]])

    site.script = script
    return str(path)


def test_everything_live_is_refreshed_verified_described_and_undone(hall: str) -> None:
    done = RUN.invoke(cli.app, ["data", "refresh", *LIVE, "--site", hall])
    assert done.exit_code == 0, done.output
    assert "live-dentists.observations: 2 rows of who, 2 in the table" in done.output
    assert [row["value"] for row in load_rows(load_package("live-population").tables["observations"])] == [56432944.0]
    told = RUN.invoke(cli.app, ["data", "verify", "live-dentists"]).output
    assert "live-dentists, refreshed: fine" in told and "HWF_0010?$filter=" in told and "a moment ago" in told
    told = RUN.invoke(cli.app, ["data", "describe", "live-dentists"]).output
    assert "2020-2021" in told and "HWF_0010" in told
    assert "as it shipped" in RUN.invoke(cli.app, ["data", "refresh", "live-dentists", "--undo"]).output
    assert load_package("live-dentists").refreshed == {}


def test_one_that_fails_does_not_stop_the_others(hall: str, site: Site) -> None:
    good = site.script
    site.script = lambda v: v.answer(status=404) if "HWF" in v.path else good(v)
    done = RUN.invoke(cli.app, ["data", "refresh", *LIVE, "--site", hall])
    assert done.exit_code == 1
    assert load_package("live-dentists").refreshed == {} and load_package("live-population").refreshed != {}
