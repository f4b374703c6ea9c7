"""The label beside the wall, the credits and the list say what the show says, and who made it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from installation.errors import OutputError
from installation.label import Account, account_of, as_list, label_text, write
from installation.resources import resource
from installation.scene.load import load_show
from shows import filled, write_show


@pytest.fixture(scope="module")
def account() -> Account:
    return account_of(load_show(resource("shows") / "living_smiles"))


def test_fact_and_fiction_stand_apart_and_every_caution_and_source_is_said(account: Account) -> None:
    text = label_text(account)
    fact, _, fiction = text.partition("== FICTION ==")
    assert "== FACT ==" in fact and "\nContrast\n" in fact and "\nThe harvest\n" in fiction
    said = text.casefold()
    for record in account.records:
        assert all(caution.rstrip(".").casefold() in said for caution in record.cautions)
        assert all(origin.credit.replace("-", "\u2013") in text.replace("-", "\u2013") for origin in record.origins)


def test_the_label_speaks_to_visitors_and_not_of_columns(account: Account) -> None:
    text = label_text(account)
    assert "{" not in text and "_" not in text and "linear" not in text
    assert "Elena Serrano" in text and "32 teeth in the dentist's order." in text
    assert "Dimness and cavities: teeth touched by decay at age 12 (teeth per child), 2004." in text
    assert "One light is one doctor" in text and "One light is 20\u00a0000 lumens" in text
    assert "Teeth, 2000\u20132024." in text
    assert text.count("Natural Earth, public domain. In: The drain, The seam.") == 1


def test_the_scenes_stand_in_the_order_in_which_cues_play_them(account: Account) -> None:
    text = label_text(account)
    titles = ["Contrast", "The gradient", "Five-year-olds", "The drain", "The seam", "The harvest", "The ledger"]
    places = [text.index(f"\n{title}\n") for title in titles]
    assert places == sorted(places)


WAITS = """
title: {title}
notes: A lamp is a clinic.
datasets: {{own: data/{file}.csv}}
tables: {{lamps: {{sql: "SELECT place, wait FROM own"}}}}
layers:
  - {{name: lamps, kind: marks, table: lamps, key: place, layout: {{kind: grid}}, bind: {{length: {{column: wait}}}}}}
  - {{name: words, kind: text, tells: lamps, text: "{{name}}"}}
"""


@pytest.fixture
def waits(tmp_path: Path) -> Account:
    scenes = {name: WAITS.format(title=name.title(), file=name) for name in ("stated", "waiting", "idle")}
    cues = "[{number: 1, scene: stated}, {number: 2, scene: waiting}]"
    folder = write_show(tmp_path / "show", scenes, f"cues: {cues}")
    (folder / "data").mkdir()
    for name in scenes:
        (folder / "data" / f"{name}.csv").write_text("place,wait\nHull,12\nLeeds,70\n")
        schema = '{"fields": [{"name": "place"}, {"name": "wait", "type": "integer", "unit": "days"}]}'
        fields = f'"resources": [{{"path": "{name}.csv", "schema": {schema}}}]'
        said = (
            '"sources": [{"title": "Our own count"}], "licenses": [{"name": "CC0-1.0"}], ' if name == "stated" else ""
        )
        (folder / "data" / f"{name}.csv.json").write_text("{" + said + fields + "}")
    return account_of(load_show(folder))


def test_a_file_without_a_source_is_named_and_not_called_a_fact(waits: Account) -> None:
    fact, _, unstated = label_text(waits).partition("== SOURCE NOT STATED: data/waiting.csv ==")
    assert "== FACT ==" in fact and "\nStated\n" in fact and "\nWaiting\n" in unstated
    assert "[1] Our own count, CC0-1.0. In: Stated." in unstated
    assert "[2] data/waiting.csv: source not stated. In: Waiting." in unstated
    assert "Lamps. Length: wait (days). [1]" in fact and "Lamps. Length: wait (days). [2]" in unstated


def test_a_scene_in_no_cue_is_in_the_list_and_not_on_the_label(waits: Account) -> None:
    assert "Idle" not in label_text(waits)
    scenes = {scene["name"]: scene for scene in as_list(waits)["scenes"]}
    assert {name: scene["in_a_cue"] for name, scene in scenes.items()} == {
        "stated": True,
        "waiting": True,
        "idle": False,
    }
    (mark,) = [one for one in scenes["idle"]["bindings"] if one["kind"] == "mark"]
    assert mark["figures"][0]["unit"] == "days" and not mark["figures"][0]["computed"]


def test_the_list_can_be_read_by_a_machine_and_names_each_origin_once(account: Account, tmp_path: Path) -> None:
    paths = write(account, tmp_path / "made")
    assert [path.name for path in paths] == ["label.txt", "label.html", "credits.html", "evidence.json"]
    told = json.loads(paths[-1].read_text("utf-8"))
    bindings = [binding for scene in told["scenes"] for binding in scene["bindings"]]
    assert len(bindings) == len(account.records)
    assert told["fiction"] is True
    for binding in bindings:
        origins = [told["origins"][number] for number in binding["origins"]]
        assert binding["fiction"] == any(origin["fiction"] for origin in origins)


def test_the_label_says_what_decides_where_a_mark_lies(account: Account) -> None:
    assert "Place, dimness and colour: 5-year-olds with visible tooth decay (percent)." in label_text(account)


def test_a_title_cannot_become_markup(tmp_path: Path) -> None:
    show = load_show(write_show(tmp_path / "show", {"one": filled("#102030")}))
    named = account_of(show)
    title = show.file.model_copy(update={"title": "<script>alert(1)</script>"})
    object.__setattr__(show, "file", title)
    page = write(named, tmp_path / "made")[1].read_text("utf-8")
    assert "<script>" not in page
    assert as_list(named)["scenes"][0]["bindings"] == []


def test_a_folder_that_cannot_be_written_is_one_clear_problem(account: Account, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("taken")
    with pytest.raises(OutputError, match="can't be written"):
        write(account, tmp_path / "file")
