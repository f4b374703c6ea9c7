"""What the pages say is there, is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from installation.scene import isf

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = [
    REPOSITORY / "README.md",
    REPOSITORY / "shaders" / "README.md",
    *REPOSITORY.glob("datasets/*.md"),
    *REPOSITORY.glob("shows/*/README.md"),
]


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
