"""What is read again after a save, with a trial that answers as it is told to: no GL and no waiting."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from installation.errors import Problem
from installation.scene.isf import Isf
from installation.scene.load import load_show
from installation.scene.revisions import Revisions
from shows import write_show

FILL = "/*{}*/\nvoid main() { gl_FragColor = vec4(COLOR, 1.0); }\n"
PICTURED = '/*{"IMPORTED": {"moth": {"PATH": "moth.png"}}}*/\nvoid main() { gl_FragColor = IMG_THIS_PIXEL(moth); }\n'
SCENE = "title: One\nlayers:\n  - {name: top, kind: shader, shader: a.fs}\n"


class Asked:
    """A trial: `says` is its next answer; `names` are the shaders that it was asked about."""

    def __init__(self) -> None:
        self.says: tuple[Problem, ...] | None = ()
        self.names: list[str] = []

    def __call__(self, shader: Isf) -> tuple[Problem, ...] | None:
        self.names.append(Path(shader.path).name)
        return self.says


@pytest.fixture
def asked() -> Asked:
    return Asked()


def opened(folder: Path, asked: Asked, shader: str = FILL) -> Revisions:
    write_show(folder, {"one": SCENE}, "cues: []\n", {"a.fs": shader})
    Image.new("RGB", (2, 2), (200, 20, 20)).save(folder / "shaders" / "moth.png")
    made = Revisions(load_show(folder), asked)
    made.look([])
    return made


def save(folder: Path, name: str, text: str) -> list[Path]:
    (folder / name).write_text(text, "utf-8")
    return [folder / name]


def test_a_shader_whose_trial_must_wait_is_tried_when_nothing_is_saved(tmp_path: Path, asked: Asked) -> None:
    revisions = opened(tmp_path, asked)
    asked.says = None
    assert revisions.look(save(tmp_path, "shaders/a.fs", FILL.replace("COLOR", "0.5"))) is None
    assert revisions.postponed
    asked.says = ()
    revision = revisions.look([])
    assert revision and revision.changed == {"one"} and not revisions.postponed


def test_a_scene_whose_new_shader_must_wait_is_read_when_nothing_is_saved(tmp_path: Path, asked: Asked) -> None:
    revisions = opened(tmp_path, asked)
    asked.says = None
    save(tmp_path, "shaders/b.fs", FILL)
    assert revisions.look(save(tmp_path, "scenes/one.yaml", SCENE.replace("a.fs", "b.fs"))) is None
    assert revisions.postponed
    asked.says = ()
    revision = revisions.look([])
    assert revision and revision.changed == {"one"} and not revisions.postponed


def test_a_shader_that_failed_is_told_again_and_not_tried_again(tmp_path: Path, asked: Asked) -> None:
    revisions = opened(tmp_path, asked)
    asked.says = (Problem("no such word"),)
    saved = save(tmp_path, "shaders/a.fs", FILL.replace("COLOR", "nonsense"))
    told = revisions.look(saved)
    assert told and "no such word" in str(told.problems[0])
    tries = len(asked.names)
    assert revisions.look(saved) is None, "it is told already"
    assert len(asked.names) == tries


def test_only_a_picture_that_a_shader_imports_makes_it_new(tmp_path: Path, asked: Asked) -> None:
    revisions = opened(tmp_path, asked, PICTURED)
    tries = len(asked.names)
    assert revisions.look(save(tmp_path, "notes.txt", "buy moths")) is None
    assert len(asked.names) == tries
    revision = revisions.look([tmp_path / "shaders" / "moth.png"])
    assert revision and revision.changed == {"one"} and len(asked.names) == tries + 1
