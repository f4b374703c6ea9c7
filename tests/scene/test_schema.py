"""What may stand in a file: what is refused, in which words and where; and the JSON Schema that editors read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.scene import fields, schema
from installation.scene.catalogue import PARAMS
from installation.scene.editors import json_schema
from installation.scene.reading import read
from installation.scene.source import Document, scan_text

MARKS = "{name: a, kind: marks, table: t, key: k"
BIND = MARKS + ", layout: {kind: grid}, bind: {"
LAYER = "layers: [{kind: camera, name: eye}]\n"


def reading(text: str, model: type[Any] = schema.SceneFile) -> Any:
    document, problems = scan_text(text, "f.yaml")
    assert document is not None
    assert not problems
    return read(model, document)


def complaints(text: str, model: type[Any] = schema.SceneFile) -> list[str]:
    return [str(p) for p in sorted(reading(text, model).problems, key=lambda p: p.place)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("title: 3", 'f.yaml:1:8: title: expected text, got 3\n    put it in quotes: "3"'),
        ("title:", "f.yaml:1:1: title is missing\n    The scene's name for people."),
        ("sed: 3", 'f.yaml:1:1: unknown key "sed"\n    did you mean "seed"?'),
        ("seed: 1.5", "f.yaml:1:7: seed: expected a whole number from 0 to 2147483647, got 1.5"),
        ('seed: "3"', 'expected a whole number from 0 to 2147483647, got "3"\n    without quotes'),
        ("datasets: [a]", "f.yaml:1:11: datasets: expected keys and values, got a list"),
        ("datasets: {World: x}", 'f.yaml:1:12: datasets.World: "World" can\'t be a name'),
        ("tables: {t: {source: a.b}}", 'f.yaml:1:14: table "t": unknown key "source"\n    keys: from, key, sql, time'),
        ("values: {a: [1]}", "f.yaml:1:13: values.a: expected a number or an expression, got a list"),
        ("under: The Sea", 'f.yaml:1:8: under: "The Sea" can\'t be a name\n    small letters'),
    ],
)
def test_a_mistake_in_a_scene_is_told(line: str, told: str) -> None:
    text = f"{line}\n{LAYER}" + ("" if line.startswith("title") else "title: x\n")
    assert told in "\n".join(complaints(text))


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        ("3", "layer 1: expected keys and values, got 3"),
        ("{name: a}", 'f.yaml:3:5: layer "a": kind is missing\n    kinds: camera, flows, group, marks'),
        ("{name: a, kind: shder}", 'f.yaml:3:21: layer "a": unknown kind of layer "shder"\n    did you mean "shader"?'),
        ("{kind: camera}", "f.yaml:3:5: layer 1: name is missing\n    The layer's name"),
        ("{name: Sea, kind: camera}", 'f.yaml:3:12: layer "Sea": name: "Sea" can\'t be a name'),
        ("{name: a, kind: camera, blend: multply}", 'unknown blend "multply"\n    did you mean "multiply"?'),
        ("{name: a, kind: camera, opacity: true}", "opacity: expected a number or an expression, got true"),
        ("{name: a, kind: camera, params: {soft: }}", "params.soft: expected a number, true or false, a list of"),
        ("{name: a, kind: camera, params: {color: }}", 'colours need quotes: "#RRGGBB"'),
        ("{name: a, kind: text, text: hi, wrap: 2}", 'f.yaml:3:43: layer "a": wrap: expected a number above 0 up to 1'),
        ("{name: a, kind: text, text: hi, wieght: bold}", 'unknown key "wieght"\n    did you mean "weight"?'),
        ("{name: a, kind: media, file: x.mp4, loop: no}", 'loop: expected true or false, got "no"\n    write false'),
        ("{name: a, kind: camera, effects: [{shader: y.fs, foo: 1}]}", 'effect "y.fs": unknown key "foo"'),
        ("{name: a, kind: shader, shader: x.fs, effects: [y.fs]}", 'effect 1: expected keys and values, got "y.fs"'),
        ("{name: a, kind: group, layers: []}", 'layer "a": layers: there must be at least one'),
        ("{name: a, kind: group, layers: [{name: b, kind: text}]}", 'layer "b": text is missing'),
        (MARKS + ", layout: {kind: grd}}", 'f.yaml:3:61: layer "a": unknown kind of layout'),
        (MARKS + ", layout: {lon: x}}", "layout.kind is missing\n    kinds: arch, beeswarm, columns, force, grid"),
        (MARKS + "}", 'f.yaml:3:5: layer "a": layout is missing'),
        (MARKS + ", layout: {kind: map, area: [0, 1]}}", "layout.area: expected 4 numbers, got 2"),
        (MARKS + ", layout: {kind: map, area: [0, 1, 2, x]}}", 'layout.area[4]: expected a number, got "x"'),
        (BIND + "colour: {column: c}}}", 'unknown key "colour" in bind\n    did you mean "color"?'),
        (BIND + "size: {column: c, range: [1, 2, 3]}}}", "bind.size.range: expected 2 numbers, got 3"),
        (
            BIND + "color: {column: c, ramp: [red]}}}",
            'bind.color.ramp[1]: "red" is not a colour\n    write "#ff0000", in quotes',
        ),
        (BIND + "size: {column: c, missing: [1]}}}", "bind.size.missing: expected a number or text, got a list"),
    ],
)
def test_a_mistake_in_a_layer_is_told(layer: str, told: str) -> None:
    found = complaints(f"title: x\nlayers:\n  - {layer}\n")
    assert len(found) == 1
    assert told in found[0]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("canvas: {width: 8}", "f.yaml:1:17: canvas.width: expected a whole number from 16 to 16384, got 8"),
        ("fps: 0", "f.yaml:1:6: fps: expected a number above 0 up to 240, got 0"),
        ("cues: [{number: true}]", "cue 1: number: expected text, got true"),
        ("cues: [{number: a b}]", '"a b" can\'t be a cue number\n    letters, digits'),
        ("cues: [{number: 2, fade: -1}]", "f.yaml:1:26: cue 2: fade: expected a number from 0 to 3600, got -1"),
        ("cues: [{number: 2, continue: always}]", 'cue 2: unknown continue "always"\n    known: auto-continue'),
        (
            "cues: [{number: 2, continue_mode: none}]",
            'cue 2: unknown key "continue_mode"\n    did you mean "continue"?',
        ),
        ("cues: [{number: 2, set: {a: {b: 1}}}]", "cue 2: set.a: expected a number, true or false"),
        ("faults: {f: {score: [{fault: tear}]}}", 'f.yaml:1:22: fault score "f": score[1].end is missing'),
        ("faults: {f: {score: [{fault: tare, end: 1}]}}", 'score[1]: unknown fault "tare"\n    did you mean "tear"?'),
    ],
)
def test_a_mistake_in_a_show_is_told(line: str, told: str) -> None:
    assert told in "\n".join(complaints(f"{line}\ntitle: x\n", schema.ShowFile))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("osc: {port: 70000}", "f.yaml:1:13: osc.port: expected a whole number from 0 to 65535, got 70000"),
        ("camera: {fallback: nobody}", 'camera: unknown fallback "nobody"\n    known: none, synthetic'),
        ("outputs: [{surfaces: [{corners: [[0, 0], [1, 0]]}]}]", "corners: expected 4 points, got 2"),
        ("outputs: [{surfaces: [{corners: [[0, 0], [1, 0], [1, 1], [0]]}]}]", "corners[4]: expected 2 numbers, got 1"),
        ("walls: []", 'unknown key "walls"'),
        ("outputs: [{display: 1.5}]", "display: expected a whole number or text, got 1.5"),
        ("osc: {allow: [hall]}", "osc.allow[1]: expected a machine's address or a network, such as 192.168.1.20"),
        ("osc: {controllers: {desk: {host: x, port: 1, send: [all]}}}", "expected cues, events, heartbeat, sense, or"),
        ("osc: {controllers: {desk: {host: x}}}", "port"),
        ("passcodes: [{code: 1234, rights: [view]}]", "code: expected text, got 1234"),
        ('passcodes: [{code: "12", rights: [view]}]', "code"),
        ('passcodes: [{code: "1234", rights: [all]}]', 'unknown right "all"'),
    ],
)
def test_a_mistake_in_a_site_is_told(line: str, told: str) -> None:
    assert told in "\n".join(complaints(f"{line}\n", schema.SiteFile))


def test_an_empty_file_is_told() -> None:
    assert complaints("# nothing\n") == ["f.yaml:1:1: this file is empty"]
    assert complaints("- a\n") == ["f.yaml:1:1: expected keys and values, got a list"]


def test_a_key_with_nothing_after_it_is_as_good_as_none() -> None:
    found = reading(f"title: x\nnotes:\nvalues:\n#  a: 1\n{LAYER}")
    assert not found.problems
    assert found.file.values == {}


def test_what_is_wrong_is_left_out_and_the_rest_keeps_its_place() -> None:
    text = (
        "title: 3\nunknown: 1\nseed: x\nlayers:\n  - {kind: text, name: words}\n"
        "  - {kind: camera, name: eye, blend: odd, params: {soft: [a], gain: 2}}\n"
    )
    found = reading(text)
    assert len(found.problems) == 6
    assert [layer.name for layer in found.file.layers] == ["words", "eye"]
    assert found.file.layers[1].params == {"gain": 2}
    assert found.dropped >= {("title",), ("layers", 0), ("layers", 1, "blend"), ("layers", 1, "params", "soft")}


def test_numbers_and_names_of_cues_are_text() -> None:
    text = "title: x\ncues: [{number: 1}, {number: 1.50}, {number: intro}, {number: 10000000}]"
    assert [cue.number for cue in reading(text, schema.ShowFile).file.cues] == ["1", "1.5", "intro", "10000000"]


def test_models_can_be_made_by_their_field_names_in_code() -> None:
    assert schema.Cue(number="1", continue_mode="auto-follow").continue_mode == "auto-follow"
    assert schema.Table(source="a.b").source == "a.b"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "name", "layers", "layout", "params", "effects", "from"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(["title", "layers", "tables", "values", "effects", "cues", "faults", "outputs", "canvas", "x"])


@settings(max_examples=150)
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.sampled_from([schema.SceneFile, schema.ShowFile, schema.SiteFile]))
def test_anything_is_read_or_told(data: dict[str, Any], model: type[fields.Model]) -> None:
    found = read(model, Document("f.yaml", "", data))
    assert found.file is not None or found.problems


# -- editors -------------------------------------------------------------------------------------------


def every(part: Any, key: str) -> list[Any]:
    """All values of a key, at any depth."""
    if isinstance(part, list):
        return [found for item in part for found in every(item, key)]
    if not isinstance(part, dict):
        return []
    here = [part[key]] if key in part else []
    return here + [found for value in part.values() for found in every(value, key)]


@pytest.mark.parametrize("kind", ["show", "scene", "site"])
def test_the_schema_for_editors_explains_every_key(kind: Any) -> None:
    made = json_schema(kind)
    json.dumps(made, allow_nan=False)
    assert made["$schema"].startswith("http://json-schema.org/draft-07")
    for name, definition in {kind: made, **made.get("$defs", {})}.items():
        if definition["type"] != "object":
            continue
        assert definition["additionalProperties"] is False, name
        for key, value in definition["properties"].items():
            assert value.get("description"), f"{name}.{key} has no description"
    assert all(target.removeprefix("#/$defs/") in made["$defs"] for target in every(made, "$ref"))


def test_the_schema_for_editors_knows_the_parameters_of_each_kind_of_layer() -> None:
    definitions = json_schema("scene")["$defs"]
    for kind, name in (("marks", "MarksLayer"), ("text", "TextLayer"), ("group", "GroupLayer")):
        params = definitions[name]["properties"]["params"]
        assert set(params["properties"]) == {param.name for param in PARAMS[kind]}
        assert params["additionalProperties"] is False
    size = definitions["TextLayer"]["properties"]["params"]["properties"]["size"]
    assert {"type": "number", "minimum": 0.005, "maximum": 0.5} in size["anyOf"]
    assert {"$ref": "#/$defs/expression"} in size["anyOf"], "an expression may stand for it"
    assert "additionalProperties" not in definitions["ShaderLayer"]["properties"]["params"] or (
        definitions["ShaderLayer"]["properties"]["params"]["additionalProperties"] is not False
    )


def test_the_schema_for_editors_takes_numbers_as_cue_numbers() -> None:
    cue = json_schema("show")["$defs"]["Cue"]["properties"]
    for key in ("number", "goto"):
        assert {"type": "number"} in cue[key]["anyOf"]
