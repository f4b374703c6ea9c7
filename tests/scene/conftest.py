"""A small show and a small dataset in a folder of their own, for tests that load or check them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SKY = """/*{
  "ISFVSN": "2",
  "INPUTS": [
    {"NAME": "warmth", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "mode", "TYPE": "long", "VALUES": [0, 1], "LABELS": ["calm", "storm"], "DEFAULT": 0},
    {"NAME": "lit", "TYPE": "bool", "DEFAULT": true},
    {"NAME": "centre", "TYPE": "point2D", "DEFAULT": [0.5, 0.5]},
    {"NAME": "tint", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]},
    {"NAME": "who", "TYPE": "image"}
  ]
}*/
void main() { gl_FragColor = vec4(warmth); }
"""
BLUR = """/*{
  "ISFVSN": "2",
  "INPUTS": [
    {"NAME": "inputImage", "TYPE": "image"},
    {"NAME": "amount", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
    {"NAME": "mask", "TYPE": "image"}
  ]
}*/
void main() { gl_FragColor = IMG_THIS_PIXEL(inputImage); }
"""
WIPE = """/*{
  "ISFVSN": "2",
  "INPUTS": [
    {"NAME": "startImage", "TYPE": "image"},
    {"NAME": "endImage", "TYPE": "image"},
    {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0}
  ]
}*/
void main() { gl_FragColor = vec4(progress); }
"""
SHOW = """title: Harbour
cues:
  - {number: 1, scene: dawn}
"""
DAWN = """title: Dawn
layers:
  - {name: sky, kind: shader, shader: sky.fs}
"""
MOUTHS = "tooth,year,name,decay,lon,lat\n11,2000,north,1.5,10,50\n12,2000,south,,20,-10\n21,2000,east,4,30,5\n"
FLOWS = "origin,there,amount,kind\nnorth,south,10,a\nsouth,east,20,b\n"

Build = Callable[..., Path]


def write_package(folder: Path, name: str, tables: dict[str, str], fiction: bool = False) -> None:
    """A dataset package in `folder`/NAME, with its checksums right. Columns of words are text."""
    resources = []
    for table, text in tables.items():
        head, first = (line.split(",") for line in text.splitlines()[:2])
        fields = [
            {"name": column, "type": "number" if cell.replace(".", "").isdigit() else "string"}
            for column, cell in zip(head, first, strict=True)
        ]
        raw = text.encode()
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / f"{table}.csv").write_bytes(raw)
        resources.append(
            {
                "$schema": "https://datapackage.org/profiles/2.0/dataresource.json",
                "name": table,
                "path": f"{table}.csv",
                "type": "table",
                "format": "csv",
                "hash": f"sha256:{hashlib.sha256(raw).hexdigest()}",
                "bytes": len(raw),
                "schema": {"fieldsMatch": "exact", "fields": fields, "missingValues": [""]},
            }
        )
    descriptor: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": f"{name.title()} (fiction)" if fiction else name.title(),
        "version": "1",
        "fiction": fiction,
        "years": "2000",
        "sources": [{"title": "nobody"}],
        "licenses": [{"name": "CC0-1.0"}],
        "contributors": [{"title": "Nobody", "roles": ["publisher"]}],
        "resources": resources,
    }
    (folder / name / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Writes shows/harbour and gives its folder: `show({"scenes/dusk.yaml": text, ...})`; None leaves a file out.

    The current folder is the one above, so that places begin with shows/harbour.
    """
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "shows" / "harbour"

    def build(files: dict[str, str | None] | None = None) -> Path:
        usual = {
            "show.yaml": SHOW,
            "scenes/dawn.yaml": DAWN,
            "shaders/sky.fs": SKY,
            "shaders/blur.fs": BLUR,
            "shaders/wipe.fs": WIPE,
        }
        for name, text in {**usual, **(files or {})}.items():
            if text is not None:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text, "utf-8")
        return folder

    return build


@pytest.fixture
def datasets(tmp_path: Path) -> None:
    """Two packages beside the shows: "mouths" (teeth and flows, fact) and "dreams" (teeth, fiction)."""
    write_package(tmp_path / "datasets", "mouths", {"teeth": MOUTHS, "flows": FLOWS})
    write_package(tmp_path / "datasets", "dreams", {"teeth": MOUTHS}, fiction=True)
