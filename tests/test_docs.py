"""What the pages say is there, is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from installation.gear import fixtures
from installation.scene import isf
from installation.scene.load import load_show, load_site
from installation.show import access, clients, control, cue_verbs, values
from shows import filled, write_show

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = [
    REPOSITORY / "README.md",
    REPOSITORY / "shaders" / "README.md",
    *REPOSITORY.glob("datasets/*.md"),
    *REPOSITORY.glob("shows/*.md"),
    *REPOSITORY.glob("shows/*/README.md"),
]
CUES = REPOSITORY / "shows" / "CUES.md"
OSC = REPOSITORY / "shows" / "OSC.md"


def test_the_shaders_page_lists_every_shader_under_its_kind() -> None:
    page = (REPOSITORY / "shaders" / "README.md").read_text("utf-8")
    kinds = {"Generators": "generator", "Filters": "filter", "Transitions": "transition"}
    listed: dict[str, str] = {}
    for title, part in re.findall(r"^### (.+?)\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL):
        listed |= dict.fromkeys(re.findall(r"^\| \[(\w+)\]", part, re.MULTILINE), kinds.get(title, "engine"))
    shaders = {path.stem: isf.load(path).kind for path in (REPOSITORY / "shaders").glob("*.fs")}
    assert listed.keys() == shaders.keys()
    assert {name: kind for name, kind in listed.items() if kind not in (shaders[name], "engine")} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_the_cues_of_the_page_can_be_played(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", CUES.read_text("utf-8"), re.DOTALL)
    scenes = {"attract": filled("#ff0000"), "drain": filled("#00ff00")}
    assert len(load_show(write_show(tmp_path / "show", scenes, example)).file.every_cue) == 11


def test_the_page_lists_everything_that_can_be_said_to_cues() -> None:
    table = set(re.findall(r"`(/[^` ]+)", CUES.read_text("utf-8")))
    assert set(cue_verbs.ADDRESSES) <= table


def test_the_site_of_the_log_page_can_be_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", (REPOSITORY / "shows" / "LOG.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "hall.yaml").write_text(example, "utf-8")
    assert load_site(tmp_path / "hall.yaml").log.folder == "/srv/nights"


def test_the_site_of_the_osc_page_can_be_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", OSC.read_text("utf-8"), re.DOTALL)
    (tmp_path / "hall.yaml").write_text(example, "utf-8")
    site = load_site(tmp_path / "hall.yaml")
    assert list(site.osc.controllers) == ["lights", "sound", "desk"]
    assert site.osc.controllers["desk"].wanted[-1] == "sense"


def test_the_site_of_the_gear_page_can_be_read_and_its_letters_are_all_there(tmp_path: Path) -> None:
    page = (REPOSITORY / "shows" / "GEAR.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "hall.yaml").write_text(example, "utf-8")
    site = load_site(tmp_path / "hall.yaml")
    assert list(site.lights.fixtures) == ["wash-left", "spot", "house"] and site.midi.map[0].source == "knobs"
    assert [letter for letter in fixtures.LETTERS if f"`{letter}`" not in page] == []


def test_the_osc_page_lists_every_address_event_and_modifier() -> None:
    page = OSC.read_text("utf-8")
    said = set(re.findall(r"(?<![\w}])/[\w+*/-]*", page))
    verbs = {verb.removesuffix("/N") for verb in (*control.VERBS, *clients.VERBS) if not verb.startswith("/cue/N/")}
    cues = {"/panicInTime", "/playhead/next", "/playhead/previous", "/playhead/none"}  # on the page of cues
    assert {verb for verb in verbs - cues if not any(word.startswith(verb) for word in said)} == set()
    assert [event for event in clients.EVENTS if f"`{event}`" not in page and f"/event/{event}" not in page] == []
    assert [modifier for modifier in values.MODIFIERS if f"PARAMETER{modifier}" not in page] == []
    rights = {right for row in re.findall(r"^\|.*\| ([^|]*) \|$", page, re.MULTILINE) for right in row.split()}
    assert access.EVERYTHING <= rights
