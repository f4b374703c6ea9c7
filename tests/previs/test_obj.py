"""Models of walls: what an .obj file may hold, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.errors import OutputError
from installation.previs.obj import MOST_TRIANGLES, read_obj, triangles_of

SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"


def test_a_face_of_four_corners_is_two_triangles() -> None:
    found = triangles_of(f"# a wall\no wall\n{SQUARE}vt 0 0\nvn 0 0 1\nusemtl white\nf 1/1/1 2//1 3 4\n", "a.obj")
    assert found.tolist() == [[[0, 0, 0], [1, 0, 0], [1, 1, 0]], [[0, 0, 0], [1, 1, 0], [0, 1, 0]]]


def test_corners_are_counted_from_the_end_too_and_lines_may_go_on() -> None:
    assert np.array_equal(triangles_of(SQUARE + "f -4 -3 -2", "a"), triangles_of(SQUARE + "f 1 \\\n 2 3", "a"))


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("v 0 0\n", 1, "three numbers"),
        ("v 0 zero 0\n", 1, "three numbers"),
        ("v 0 nan 0\n", 1, "nowhere near"),
        ("v 0 0 1e9\n", 1, "nowhere near"),
        (SQUARE + "f 1 2\n", 5, "at least three corners"),
        (SQUARE + "f 1 2 5\n", 5, "names corner 5, and there are 4"),
        (SQUARE + "\nf 1 2 0\n", 6, "names corner 0"),
        (SQUARE + "f 1 2 -5\n", 5, "names corner -5"),
        (SQUARE + "f 1 2 x\n", 5, '"x" is no corner'),
        ("hello\n", 1, '"hello" is nothing of an .obj file'),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(OutputError, match=what) as caught:
        triangles_of(text, "wall.obj")
    (problem,) = caught.value.problems
    assert problem.where is not None and (problem.where.path, problem.where.line) == ("wall.obj", line)


def test_one_without_faces_one_too_large_and_one_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no faces"):
        triangles_of(SQUARE, "a")
    with pytest.raises(OutputError, match="more than 20000 triangles"):
        triangles_of(SQUARE + "f 1 2 3\n" * (MOST_TRIANGLES + 1), "a")
    with pytest.raises(OutputError, match="can't be read"):
        read_obj(tmp_path / "none.obj")


@given(st.lists(st.sampled_from(["v", "f", "1", "-1", "2/3", "0", "x", "#", "\n", "1e400", "\\", "vn"]), max_size=60))
def test_any_text_is_triangles_or_a_told_problem(words: list[str]) -> None:
    try:
        found = triangles_of(" ".join(words), "a")
        assert found.shape[1:] == (3, 3) and np.isfinite(found).all()
    except OutputError as error:
        assert error.problems
