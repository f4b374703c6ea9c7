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


def test_the_label_says_which_scene_is_fiction_and_brings_every_caution(account: Account) -> None:
    text = label_text(account)
    assert "The harvest (FICTION)" in text
    assert "Contrast (Fact)" in text
    assert "Doctors, not dentists." in text
    for record in account.records:
        assert all(caution in text for caution in record.cautions)
        assert all(origin.credit in text for origin in record.origins)


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
    assert "  teeth: place shows value" in label_text(account)


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
