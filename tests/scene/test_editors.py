"""The JSON Schema for editors, held against files as a real validator sees them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from installation.resources import resource
from installation.scene.editors import json_schema
from installation.scene.source import read_yaml
from installation.starter import write_shader

jsonschema = pytest.importorskip("jsonschema", reason="in the dev group: ./run test brings it")
MINE = (
    '/*{"INPUTS": [{"NAME": "heat", "TYPE": "float", "LABEL": "How hot"}]}*/ void main() { gl_FragColor = vec4(heat); }'
)


def complaints(schema: dict[str, Any], scene: dict[str, Any]) -> list[str]:
    """What is wrong with a scene, as paths."""
    errors = jsonschema.Draft7Validator(schema).iter_errors(scene)
    return sorted("/".join(map(str, deepest(error).absolute_path)) for error in errors)


def deepest(error: Any) -> Any:
    """The complaint about the layer that was meant: the one of its own kind, which goes deepest."""
    inner = [deepest(each) for each in error.context]
    return max(inner, key=lambda each: len(each.absolute_path), default=error)


def layer(shader: str, **more: Any) -> dict[str, Any]:
    return {"title": "A", "layers": [{"name": "a", "kind": "shader", "shader": shader, **more}]}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    made = json_schema("scene")
    jsonschema.Draft7Validator.check_schema(made)
    return made


def test_a_shaders_own_parameters_are_right(schema: dict[str, Any]) -> None:
    assert complaints(schema, layer("plaster.fs", params={})) == []
    effect = {"shader": "bloom.fs", "params": {"amount": 0.3, "radius": "= 1 + sin(time)"}}
    assert complaints(schema, layer("plaster.fs", effects=[effect])) == []


@pytest.mark.parametrize("params", [{"amont": 0.3}, {"amount": 9}, {"amount": "much"}, {"amount": [1, 2]}])
def test_a_parameter_that_a_shader_does_not_have_or_a_value_out_of_its_range_is_marked(
    params: dict[str, Any], schema: dict[str, Any]
) -> None:
    found = complaints(schema, layer("plaster.fs", effects=[{"shader": "bloom.fs", "params": params}]))
    assert len(found) == 1
    assert found[0].startswith("layers/0/effects/0/params")


def test_an_image_input_that_a_shader_does_not_have_is_marked(schema: dict[str, Any]) -> None:
    assert complaints(schema, layer("biofilm.fs", inputs={"mask": "camera.mask"})) == []
    assert complaints(schema, layer("biofilm.fs", inputs={"masque": "camera.mask"})) == ["layers/0/inputs"]


def test_a_shader_that_it_does_not_know_may_have_any_parameters(schema: dict[str, Any]) -> None:
    assert complaints(schema, layer("mine.fs", params={"heat": 3})) == []


def test_of_a_show_it_knows_the_shows_own_shaders(tmp_path: Path) -> None:
    (tmp_path / "shaders").mkdir()
    (tmp_path / "shaders" / "mine.fs").write_text(MINE, "utf-8")
    (tmp_path / "shaders" / "broken.fs").write_text("no header", "utf-8")
    known = json_schema("scene", tmp_path)
    assert complaints(known, layer("mine.fs", params={"heat": 0.5})) == []
    assert complaints(known, layer("mine.fs", params={"heat": 3})) == ["layers/0/params/heat"]
    assert complaints(known, layer("mine.fs", params={"cold": 1})) == ["layers/0/params"]
    write_shader("grown", "transition", tmp_path / "shaders")
    names = json_schema("show", tmp_path)["$defs"]["Cue"]["properties"]["transition"]["anyOf"]
    assert {"grown.fs", "dissolve.fs"} <= {name.get("const") for name in names}


def test_every_shipped_scene_passes(schema: dict[str, Any]) -> None:
    for path in sorted(resource("shows").glob("*/scenes/*.yaml")):
        found = complaints(schema, read_yaml(path).data)
        assert found == [], path.name


def test_it_stays_small_enough_for_an_editor() -> None:
    assert len(json.dumps(json_schema("scene"))) < 200_000
