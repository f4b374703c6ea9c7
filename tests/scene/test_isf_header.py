"""The header of an ISF file, clause by clause: inputs, passes, imports, version 1, and what is refused where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from installation.errors import Problem, ShaderError
from installation.params import Param
from installation.scene import isf
from installation.scene.isf_passes import sizes

BODY = "\nvoid main() { gl_FragColor = vec4(1.0); }\n"


def read(header: dict[str, Any], path: str = "test.fs") -> isf.Isf:
    return isf.parse(f"/*{json.dumps(header)}*/{BODY}", path)


def one(**keys: Any) -> Param:
    """The one input of a file, called "x"."""
    (param,) = read({"INPUTS": [{"NAME": "x", **keys}]}).params
    return param


def refused(text: str | dict[str, Any], path: str = "test.fs") -> tuple[Problem, ...]:
    with pytest.raises(ShaderError) as raised:
        isf.parse(text, path) if isinstance(text, str) else read(text, path)
    return raised.value.problems


def at(problem: Problem) -> tuple[int, int]:
    assert problem.where is not None
    return problem.where.line, problem.where.column


# -- what it is --------------------------------------------------------------------------------------------------------


def test_the_inputs_say_what_a_file_is() -> None:
    image = {"TYPE": "image"}
    mix = [{"NAME": "startImage", **image}, {"NAME": "endImage", **image}]
    assert read({}).kind == "generator"
    assert read({"INPUTS": [{"NAME": "inputImage", **image}]}).kind == "filter"
    assert read({"INPUTS": [*mix, {"NAME": "progress", "TYPE": "float"}]}).kind == "transition"
    assert read({"INPUTS": [*mix, {"NAME": "progress", "TYPE": "bool"}]}).kind == "generator"


def test_what_people_wrote_about_it_is_kept() -> None:
    given = read({"DESCRIPTION": "rain", "CREDIT": "by K.", "CATEGORIES": ["Weather", "wet"], "VSN": 3, "Unknown": {}})
    assert (given.description, given.credit, given.categories) == ("rain", "by K.", ("Weather", "wet"))


def test_a_licence_may_stand_before_the_header() -> None:
    assert isf.parse('/* free */ // yes\n/* {"CREDIT": "K."} */' + BODY, "test.fs").credit == "K."


# -- values ------------------------------------------------------------------------------------------------------------


def test_a_float_has_both_ends_or_goes_from_0_to_1() -> None:
    assert (one(TYPE="float").low, one(TYPE="float").high) == (0.0, 1.0)
    assert one(TYPE="float", MIN=-2, MAX=6).default == 2.0
    assert (one(TYPE="float", MAX=6).low, one(TYPE="float", MAX=6).high) == (0.0, 1.0)


def test_a_float_outside_its_range_or_with_its_ends_swapped_plays() -> None:
    assert one(TYPE="float", MIN=0, MAX=2, DEFAULT=9).default == 2.0
    swapped = one(TYPE="float", MIN=2, MAX=-2, DEFAULT=1)
    assert (swapped.low, swapped.high, swapped.default) == (-2.0, 2.0, 1.0)


def test_the_default_of_a_long_is_a_value_and_not_its_place() -> None:
    rays = one(TYPE="long", VALUES=[5, 10, 25], LABELS=["few", "some", "many"], DEFAULT=10)
    assert (rays.default, rays.values, rays.labels) == (10, (5, 10, 25), ("few", "some", "many"))
    assert one(TYPE="long", VALUES=[7, 8]).default == 7
    ranged = one(TYPE="long", MIN=2, MAX=9, DEFAULT=12)
    assert (ranged.low, ranged.high, ranged.default) == (2.0, 9.0, 9)


def test_a_bool_without_default_is_true() -> None:
    assert one(TYPE="bool").default is True
    assert [one(TYPE="bool", DEFAULT=given).default for given in (0, 1.0, "false", "1")] == [False, True, False, True]


def test_an_event_starts_false_whatever_is_written() -> None:
    assert one(TYPE="event", DEFAULT=True).default is False


def test_points_have_no_implied_range() -> None:
    assert (one(TYPE="point2D", DEFAULT=[640, 360]).default, one(TYPE="point2D").low) == ((640.0, 360.0), None)
    ranged = one(TYPE="point2D", MIN=[0, -1], MAX=[4, 2], DEFAULT=[1, 5])
    assert (ranged.low, ranged.high, ranged.default) == (-1.0, 5.0, (1.0, 5.0))


def test_a_colour_of_three_numbers_is_opaque() -> None:
    assert one(TYPE="color", DEFAULT=[0.5, 0, 2]).default == (0.5, 0.0, 1.0, 1.0)


def test_identity_is_read_for_every_kind() -> None:
    given: dict[str, tuple[Any, Any]] = {
        "float": (0.5, 0.5), "long": (3, 3), "bool": (False, False), "point2D": ([1, 2], (1.0, 2.0)),
        "color": ([0, 0, 0, 1], (0.0, 0.0, 0.0, 1.0)),
    }  # fmt: skip
    for kind, (written, read_as) in given.items():
        assert one(TYPE=kind, IDENTITY=written).identity == read_as
    assert one(TYPE="event").identity is None


def test_images_keep_their_kind_and_how_much_they_want() -> None:
    kinds = ("image", "audio", "audioFFT", "cube")
    given = read({"INPUTS": [{"NAME": f"i_{kind}", "TYPE": kind, "MAX": 64} for kind in kinds]})
    assert given.images == ("i_image", "i_audio", "i_audioFFT", "i_cube")
    assert [(image.kind, image.most) for image in given.inputs] == [
        ("image", None), ("audio", 64), ("audioFFT", 64), ("cube", None),
    ]  # fmt: skip
    assert given.cubes == {"i_cube"}


def test_names_that_only_newer_glsl_knows_may_be_used() -> None:
    names = ("sample", "filter", "texture", "mix", "input", "smooth")
    assert [p.name for p in read({"INPUTS": [{"NAME": n, "TYPE": "float"} for n in names]}).params] == list(names)


# -- passes ------------------------------------------------------------------------------------------------------------


def test_without_passes_there_is_one() -> None:
    assert len(read({}).passes) == len(read({"PASSES": []}).passes) == 1


@pytest.mark.parametrize("flag", [True, 1, "true", "1"])
def test_a_flag_is_true_in_four_spellings(flag: Any) -> None:
    (p,) = read({"PASSES": [{"TARGET": "a", "PERSISTENT": flag, "FLOAT": flag}]}).passes
    assert p.persistent and p.floats


@pytest.mark.parametrize("flag", [False, 0, "false", "0", ""])
def test_a_flag_is_false_otherwise(flag: Any) -> None:
    (p,) = read({"PASSES": [{"TARGET": "a", "PERSISTENT": flag, "FLOAT": flag}]}).passes
    assert not p.persistent and not p.floats


def test_sizes_are_numbers_or_expressions() -> None:
    inputs = [{"NAME": "f", "TYPE": "float"}, {"NAME": "on", "TYPE": "bool"}]
    written = [
        ("$WIDTH / 2.0", "$HEIGHT"),
        (64, "32"),
        ("floor($WIDTH*$f)", "MAX($HEIGHT, 99) - min(1, 2) + ceil(0.5)"),
    ]
    written += [("$WIDTH / ($f - $f)", "-4"), ("", "$on * 7")]
    passes = [{"TARGET": f"t{i}", "WIDTH": w, "HEIGHT": h} for i, (w, h) in enumerate(written)]
    given = read({"INPUTS": inputs, "PASSES": [*passes, {"WIDTH": 3}]})
    found = sizes(given.passes, 100, 50, {"f": 0.255, "on": True})
    assert found == [(50, 50), (64, 32), (25, 99), (1, 1), (100, 7), (100, 50)]


def test_passes_with_one_target_agree_on_what_it_is() -> None:
    first, _, second = read(
        {
            "PASSES": [
                {"TARGET": "a"},
                {},
                {"TARGET": "a", "FLOAT": True, "PERSISTENT": 1, "WIDTH": "8", "DESCRIPTION": "x"},
            ]
        }
    ).passes
    assert first.persistent and first.floats and first.width is second.width is not None
    assert (first.description, second.description) == ("", "x")


def test_version_1_buffers_become_persistent_passes() -> None:
    listed = read({"PERSISTENT_BUFFERS": ["kept", "idle"], "PASSES": [{"TARGET": "kept"}, {"TARGET": "other"}, {}]})
    assert [(p.target, p.persistent) for p in listed.passes] == [("kept", True), ("other", False), ("", False)]
    assert listed.targets == ("kept", "other", "idle")
    told = read(
        {
            "PERSISTENT_BUFFERS": {"kept": {"WIDTH": "$WIDTH/4.0", "HEIGHT": 9, "FLOAT": True}},
            "PASSES": [{"TARGET": "kept"}, {}],
        }
    )
    assert told.passes[0].floats and sizes(told.passes, 40, 40, {})[0] == (10, 9)


# -- pictures ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A show with a shader's folder, and pictures in and around it."""
    for name in ("show/shaders/a.png", "show/media/b.png", "outside.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"not looked at here")
    return tmp_path / "show" / "shaders"


def test_imported_pictures_are_an_object_or_a_list(folder: Path) -> None:
    path = str(folder / "x.fs")
    (picture,) = read({"IMPORTED": {"grain": {"PATH": "a.png"}}}, path).imported
    assert (picture.name, [p.name for p in picture.paths], picture.is_cube) == ("grain", ["a.png"], False)
    (listed,) = read({"IMPORTED": [{"NAME": "grain", "PATH": "a.png"}]}, path).imported
    assert listed == picture
    (cube,) = read({"IMPORTED": [{"NAME": "sky", "TYPE": "cube", "PATH": ["a.png"] * 6}]}, path).imported
    assert cube.is_cube and len(cube.paths) == 6


def test_a_show_s_shader_may_use_pictures_of_the_show(folder: Path) -> None:
    header = {"IMPORTED": {"b": {"PATH": "../media/b.png"}}}
    assert "leads out" in refused(header, str(folder / "x.fs"))[0].message
    (folder.parent / "show.yaml").write_text("title: X\n")
    assert read(header, str(folder / "x.fs")).imported[0].paths[0].name == "b.png"


@pytest.mark.parametrize(
    "path", ["../../outside.png", "/etc/passwd", "link.png", "a\0.png", "", "..", "a.png/../../.."]
)
def test_no_picture_is_read_from_elsewhere(folder: Path, path: str) -> None:
    (folder / "link.png").symlink_to(folder.parent.parent / "outside.png")
    assert len(refused({"IMPORTED": {"x": {"PATH": path}}}, str(folder / "x.fs"))) == 1


def test_a_missing_picture_is_told_at_its_line(folder: Path) -> None:
    text = '/*{\n  "IMPORTED": {\n    "grain": {"PATH": "aa.png"}\n  }\n}*/' + BODY
    (problem,) = refused(text, str(folder / "x.fs"))
    assert at(problem) == (3, 23)
    assert 'there is no picture "aa.png"' in problem.message and 'did you mean "a.png"' in problem.hint


def test_a_cube_needs_six(folder: Path) -> None:
    entry = {"NAME": "sky", "TYPE": "cube", "PATH": ["a.png"] * 5}
    assert "six" in refused({"IMPORTED": [entry]}, str(folder / "x.fs"))[0].message


# -- what is refused, and where ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("json_text", "place", "words"),
    [
        ('{"A": 1,}', (2, 9), "expected a \"name\""),
        ('{"A": [1, 2,]}', (2, 13), "expected a value"),
        ('{"A" 1}', (2, 6), "expected a colon"),
        ('{"A": 1 "B": 2}', (2, 9), "expected a comma"),
        ('{"A": NaN}', (2, 7), '"NaN" is not a value'),
        ("{'A': 1}", (2, 2), "expected a \"name\""),
        ('{"A": "\\q"}', (2, 8), "escape"),
        ('{"A": "b\tc"}', (2, 9), "tab"),
        ('{"A": "bc}', (2, 7), "closing quote"),
        ('{"A": 1} 2', (2, 10), "behind its end"),
        ('{"A": 1e999}', (2, 7), "too large"),
        ('{"A": True}', (2, 7), '"True" is not a value'),
        ("{", (3, 1), "expected"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_json_is_told_where_it_is(json_text: str, place: tuple[int, int], words: str) -> None:
    (problem,) = refused(f"/*\n{json_text}\n*/{BODY}")
    assert at(problem) == place and words in problem.message


def test_a_pop_up_with_too_few_or_too_many_labels_plays() -> None:
    assert one(TYPE="long", VALUES=[5, 10], LABELS=["few"]).labels == ("few", "10")
    assert one(TYPE="long", VALUES=[5], LABELS=["few", "more"]).labels == ("few",)


def test_every_mistake_of_a_header_is_told_once_and_at_its_value() -> None:
    text = """/*{
  "INPUTS": [
    {"NAME": "a b", "TYPE": "float"},
    {"NAME": "x", "TYPE": "flaot"},
    {"NAME": "y", "TYPE": "float", "DEFAULT": "loud"},
    {"NAME": "y", "TYPE": "bool"},
    {"NAME": "vec3", "TYPE": "bool"},
    {"TYPE": "bool"},
    {"NAME": "n", "TYPE": "long", "VALUES": [1, "two"]},
    {"NAME": "c", "TYPE": "color", "DEFAULT": [1, 2]}
  ],
  "PASSES": [{"TARGET": "x"}, {"TARGET": "2d"}, {"TARGET": "t", "WIDTH": "$WIDHT"}, {"HEIGHT": "import os"}, 7]
}*/"""
    problems = refused(text + BODY)
    assert [at(p) for p in problems] == [
        (3, 14), (4, 27), (5, 47), (6, 14), (7, 14), (8, 5), (9, 49), (10, 47), (12, 25), (12, 42), (12, 74), (12, 96), (12, 110),
    ]  # fmt: skip
    assert 'did you mean "float"' in problems[1].hint
    assert 'did you mean "WIDTH"' in problems[10].hint


def test_a_file_without_a_header_is_no_isf() -> None:
    for text in ("", "void main() {}", "/* {", "/* just words */" + BODY, "/*[1]*/" + BODY):
        assert len(refused(text)) == 1
    assert "no header" in refused("void main() {}")[0].message


def test_names_of_isf_itself_can_not_be_taken() -> None:
    for name in ("TIME", "RENDERSIZE", "isf_FragNormCoord", "gl_x", "IMG_SIZE"):
        assert len(refused({"INPUTS": [{"NAME": name, "TYPE": "float"}]})) == 1
    both = {"INPUTS": [{"NAME": "a", "TYPE": "image"}], "PASSES": [{"TARGET": "a"}, {"TARGET": "DATE"}]}
    assert [p.message for p in refused(both)] == [
        '"a" is both an input and a pass\'s TARGET',
        '"DATE" is one of ISF\'s own',
    ]


def test_lines_may_end_as_on_any_system() -> None:
    for end in ("\n", "\r\n", "\r"):
        text = f'/*{{{end}"INPUTS": [{end}{{"NAME": "x", "TYPE": "?"}}]}}*/'
        assert at(refused(text)[0]) == (3, 23)


def test_a_sibling_vertex_shader_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.fs").write_bytes(b"\xef\xbb\xbf/*{}*/\r\nvoid main() {}\r\n")
    assert isf.load(tmp_path / "a.fs").vertex is None
    (tmp_path / "a.vert").write_text("// later")
    (tmp_path / "a.vs").write_text("void main() {}\r\n")
    given = isf.load(tmp_path / "a.fs")
    assert (given.vertex, given.vertex_path) == ("void main() {}\n", str(tmp_path / "a.vs"))
    assert given.body == "/*{}*/\nvoid main() {}\n"


def test_a_remark_that_is_not_utf_8_is_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "old.fs"
    path.write_bytes(b'/*{"CREDIT": "Ren\xe9"}*/ void main() { gl_FragColor = vec4(1.0); } // d\xe9j\xe0 vu')
    assert isf.load(path).credit == "René"
