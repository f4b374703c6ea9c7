"""Colour tables of grading programs: read to the digit, or refused with the line that is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.errors import OutputError
from installation.outputs.cube import parse_cube, read_cube


def written(size: int, change=lambda r, g, b: (r, g, b), head: str = "") -> str:
    steps = [n / (size - 1) for n in range(size)]
    rows = [" ".join(f"{c:.9f}" for c in change(r, g, b)) for b in steps for g in steps for r in steps]  # red first
    return "\n".join([f'TITLE "Hall"\n# made by hand\n{head}LUT_3D_SIZE {size}', *rows]) + "\n"


def colours() -> np.ndarray:
    return np.random.default_rng(5).random((100, 3))


@given(st.integers(2, 9))
@settings(max_examples=8, deadline=None)
def test_a_table_that_changes_nothing_changes_nothing(size):
    cube = parse_cube(written(size), "hall.cube")
    assert (cube.title, cube.size) == ("Hall", size)
    assert np.allclose(cube.through(colours()), colours(), atol=1e-6)


def test_red_runs_fastest():
    cube = parse_cube(written(3, lambda r, g, b: (b, r, g)), "hall.cube")
    assert np.allclose(cube.through(colours()), colours()[:, [2, 0, 1]], atol=1e-6)


def test_a_domain_and_a_table_of_three_curves():
    curve = "LUT_1D_SIZE 3\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 2 2 2\n0 0 1\n0.5 0.25 0.5\n1 1 0\n"
    cube = parse_cube(curve, "hall.cube")
    assert np.allclose(
        cube.through(np.array([[2.0, 1.0, 0.0], [1.0, 2.0, 2.0]])), [[1.0, 0.25, 1.0], [0.5, 1.0, 0.0]], atol=1e-6
    )


@pytest.mark.parametrize(("text", "line", "said"), [
    ("", 1, "no LUT_3D_SIZE"),
    ("LUT_3D_SIZE 2\n" + "0 0 0\n" * 7, 8, "7 colours, not 8"),
    ("LUT_3D_SIZE 2\n" + "0 0 0\n" * 9, 10, "more colours than the 2"),
    ("LUT_3D_SIZE 2\n0 0 0\n0 nan 0\n", 3, "is no colour"),
    ("LUT_3D_SIZE 2\n0 0\n", 2, "is no colour"),
    ("0 0 0\n", 1, "colours before LUT_3D_SIZE"),
    ("LUT_3D_SIZE 999999999999\n", 1, "LUT_3D_SIZE 999999999999"),
    ("LUT_3D_SIZE 2\nDOMAIN_MIN 1 1 1\n" + "0 0 0\n" * 8, 1, "not below"),
    ("LUT_3D_SIZE 2\n0 0 0\nTITTLE x\n", 3, "after the colours have begun"),
])  # fmt: skip
def test_a_broken_table_is_told_with_its_line(text, line, said):
    with pytest.raises(OutputError, match=said) as caught:
        parse_cube(text, "hall.cube")
    where = caught.value.problems[0].where
    assert where is not None and (where.path, where.line) == ("hall.cube", line)


@given(st.text(alphabet='LUT_3D_SIZE 12.\n#"eE-nai0', max_size=300) | st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_text_whatever_does_more_than_be_refused(text):
    try:
        parse_cube(text, "hall.cube")
    except OutputError:
        pass


def test_a_file_that_is_none_is_refused(tmp_path):
    with pytest.raises(OutputError, match="is no file"):
        read_cube(tmp_path)
    (tmp_path / "hall.cube").write_text(written(2), "utf-8")
    assert read_cube(tmp_path / "hall.cube").size == 2
