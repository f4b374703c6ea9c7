"""`installation check --site`: a curator's mistakes in a site file, each with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from installation.cli import app


def checked(tmp_path: Path, text: str) -> tuple[int, str]:
    path = tmp_path / "site.yaml"
    path.write_text(text)
    done = CliRunner().invoke(app, ["check", "--site", str(path)], env={"COLUMNS": "300"})
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("outputs:\n- surfaces:\n  - corners: [[0, 0], [1, 1], [1, 0], [0, 1]]\n", ":3:", "cross"),
        (
            "outputs:\n- surfaces:\n  - points: [[[0, 0], [0.6, 0], [0.5, 0]], [[0, 1], [0.4, 1], [1, 1]]]\n",
            ":3:",
            "folds over",
        ),
        ("outputs:\n- surfaces:\n  - {}\n  - cylinder: {arc: 300, distance: 0.1}\n", ":4:", "can't see the ends"),
        ("outputs:\n- masks:\n  - picture: door.png\n", ":3:", "no such mask: door.png"),
        ("outputs:\n- {}\n- name: Stage Right\n", ":3:", "write stage_right"),
        ("outputs:\n- name: left\n- name: left\n", ":3:", "give each output another name: name: right"),
        ("opening:\n- {opens: 8pm, closes: 02:00}\n", ":2:", "hours and minutes"),
        ("outputs:\n- lut: warm.cube\n", ":2:", "no file"),
        ("outputs:\n- record: tonight.mp4\n  codec: prores\n", ":2:", "a .mp4 holds no prores"),
        ("outputs:\n- record: tonight.gif\n", ":2:", 'can\'t write ".gif" files'),
        ("outputs:\n- record: tonight.mp4\n  size: [641, 360]\n", ":2:", "must be even"),
    ],
)
def test_what_cannot_be_thrown_or_read_is_told_with_its_line(tmp_path: Path, text: str, where: str, what: str):
    code, said = checked(tmp_path, text)
    assert code == 1 and f"site.yaml{where}" in said and what in said


def test_a_site_that_is_fine_is_said_to_be_and_a_forgotten_wall_is_a_warning(tmp_path: Path):
    code, said = checked(
        tmp_path, "outputs: [{surfaces: [{region: [0, 0, 0.6, 1]}]}, {surfaces: [{region: [0.4, 0, 0.6, 1]}]}]\n"
    )
    assert code == 0 and "2 outputs, 2 surfaces, fine" in said
    assert "outputs 1 and 2 show a part of the canvas twice" in said
    code, said = checked(tmp_path, "outputs: [{}, {}]\n")
    assert code == 0 and "twice" not in said  # a copy in the foyer is no overlap
