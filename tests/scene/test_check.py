"""Checking a scene: each kind of mistake has its message, place and hint; what is right becomes parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from installation.errors import SceneError
from installation.scene.expressions import Expression
from installation.scene.load import Scene, load_show

Build = Callable[..., Path]


def complaints(folder: Path) -> str:
    with pytest.raises(SceneError) as caught:
        load_show(folder)
    return str(caught.value)


def scene(folder: Path) -> Scene:
    return load_show(folder).scenes["dawn"]


def test_a_scene_with_six_mistakes_gives_six_messages_with_their_places(show: Build) -> None:
    folder = show(
        {
            "scenes/dawn.yaml": """title: Dawn
sed: 4
layers:
  - name: sky
    kind: shader
    shader: skyy.fs
  - name: eye
    kind: camera
    blend: multply
    params: {gain: 11}
    opacity: "= 0.5 + 0.5 * sni(time)"
  - name: words
    kind: text
    params: {size: 0.1}
"""
        }
    )
    told = re.sub(r"(  shaders: ).*", r"\1…", complaints(folder))  # the library grows
    assert told == (
        'shows/harbour/scenes/dawn.yaml:2:1: unknown key "sed"\n'
        '    did you mean "seed"?  '
        "keys: cracks, datasets, effects, faults, formats, layers, notes, seed, shows_camera, tables, title, under, values\n"
        'shows/harbour/scenes/dawn.yaml:6:13: layer "sky": there is no shader "skyy.fs"\n'
        '    did you mean "sky.fs"?  shaders: …\n'
        'shows/harbour/scenes/dawn.yaml:9:12: layer "eye": unknown blend "multply"\n'
        '    did you mean "multiply"?  known: add, lighten, multiply, normal, screen, subtract\n'
        'shows/harbour/scenes/dawn.yaml:10:20: layer "eye": gain: expected a number from 0 to 8, got 11\n'
        'shows/harbour/scenes/dawn.yaml:11:29: layer "eye": unknown function "sni"\n'
        '    did you mean "sin"?  known: abs, ceil, clamp, cos, count, exp, floor, fract, log, max, mean, min, '
        "missing, mix, mod, noise, play, pow, pulse, round, sign, sin, smoothstep, sqrt, …\n"
        'shows/harbour/scenes/dawn.yaml:12:5: layer "words": text is missing\n'
        "    The words; {name} stands for a value of the scene."
    )


def shipped() -> list[str]:
    from installation.resources import resource

    return [path.name for path in resource("shaders").glob("*.fs")]


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        # shaders
        ("shader: nope.fs", '2:37: layer "a": there is no shader "nope.fs"'),
        ("shader: ../../../x.fs", "leads out of harbour/"),
        ("shader: /etc/passwd", "is not a file of the show"),
        ("shader: wipe.fs", "wipe.fs is a transition, which mixes two scenes; expected a generator or a filter"),
        ("shader: blur.fs", "blur.fs is a filter, and nothing feeds its inputImage\n    inputs: {inputImage: below}"),
        ("shader: broken.fs", "shows/harbour/shaders/broken.fs:1:1: this is not an ISF shader"),
        # parameters
        ("shader: sky.fs, params: {warmht: 1}", 'unknown parameter "warmht"\n    did you mean "warmth"?'),
        ("shader: sky.fs, params: {warmth: 2}", "2:62: layer \"a\": warmth: expected a number from 0 to 1, got 2"),
        ("shader: sky.fs, params: {warmth: '1'}", 'expected a number from 0 to 1, got "1"\n    without quotes'),
        ("shader: sky.fs, params: {warmth: 1 + time}", 'got "1 + time"\n    an expression begins with "="'),
        ("shader: sky.fs, params: {warmth: time}", 'an expression begins with "=": "= time"'),
        ("shader: sky.fs, params: {warmth: true}", "warmth: expected a number from 0 to 1, got true"),
        ("shader: sky.fs, params: {warmth: [1, 0]}", "warmth: expected a number from 0 to 1, got a list"),
        ("shader: sky.fs, params: {mode: 2}", "mode: expected 0 or 1, got 2"),
        ("shader: sky.fs, params: {mode: strm}", 'expected one of calm, storm, got "strm"\n    did you mean "storm"?'),
        ("shader: sky.fs, params: {lit: 1}", "lit: expected true or false, got 1"),
        ("shader: sky.fs, params: {centre: 1}", "centre: expected 2 numbers in [ ], got 1"),
        ("shader: sky.fs, params: {centre: [1, 2, 3]}", "centre: expected 2 numbers in [ ], got a list"),
        ("shader: sky.fs, params: {tint: red}", 'tint: expected a colour: "#RRGGBB", or 3 or 4 numbers'),
        ("shader: sky.fs, params: {opacity: 1}", 'unknown parameter "opacity"\n    opacity stands beside params'),
        ("shader: sky.fs, opacity: 1.2", "opacity: expected a number from 0 to 1, got 1.2"),
        ("shader: sky.fs, opacity: half", 'opacity: expected a number from 0 to 1, got "half"'),
        # expressions
        ("shader: sky.fs, params: {warmth: = tim}", '2:64: layer "a": unknown name "tim"\n    did you mean "time"?'),
        ('shader: sky.fs, params: {warmth: "= tim"}', '2:65: layer "a": unknown name "tim"'),
        ("shader: sky.fs, params: {warmth: = min(1, 2)}", '"(" is not closed\n    inside { } and [ ], an expr'),
        ("shader: sky.fs, params: {warmth: = 3}", "warmth: expected a number from 0 to 1, got 3"),
        ('shader: sky.fs, params: {warmth: "= [1, 2]"}', "warmth: expected one number, got 2"),
        ("shader: sky.fs, params: {centre: = time}", "centre: expected 2 numbers, got 1\n    write = [x, y]"),
        ("shader: sky.fs, params: {tint: = time}", "tint: expected 4 numbers, got 1\n    write = [r, g, b]"),
        ("shader: sky.fs, params: {warmth: = mean(t.x)}", 'there is no table "t"\n    name it under tables'),
        # inputs
        ("shader: sky.fs, inputs: {whom: below}", 'unknown image input "whom"\n    did you mean "who"?'),
        ("shader: sky.fs, inputs: {who: table.t.x}", 'there is no table "t"\n    name it under tables'),
        ('shader: sky.fs, inputs: {who: "text.{tim} TEETH"}', '2:66: layer "a": there is no value "tim"'),
        ("shader: sky.fs, inputs: {who: camera.msk}", 'unknown source "camera.msk"\n    did you mean "camera.mask"?'),
        ("shader: sky.fs, inputs: {who: layer.eye}", 'layer "eye" is not below this one\n    only a layer'),
        ("shader: sky.fs, inputs: {who: layer.a}", 'layer "a" is not below this one'),
        ("shader: sky.fs, inputs: {who: layer.x}", 'there is no layer "x" here\n    there is no layer below this one'),
        ("shader: sky.fs, inputs: {who: media.x.png}", 'there is no file "x.png"\n    files here: show.yaml'),
        # effects
        ("shader: sky.fs, effects: [{shader: sky.fs}]", 'effect "sky.fs": sky.fs is a generator; expected a filter'),
        ("shader: sky.fs, effects: [{shader: blur.fs}, {shader: blur.fs}]", 'two effects are called "blur"'),
        ("shader: sky.fs, effects: [{shader: Big Blur.fs}]", '"Big Blur" can\'t be part of an address'),
        ("shader: sky.fs, effects: [{shader: blur.fs, params: {amout: 1}}]", 'did you mean "amount"?'),
        ("shader: sky.fs, effects: [{shader: blur.fs, inputs: {inputImage: below}}]", "an effect's inputImage is what"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_shader_layer_is_told(show: Build, layer: str, told: str) -> None:
    text = f"layers:\n  - {{name: a, kind: shader, {layer}}}\n  - {{name: eye, kind: camera}}\ntitle: Dawn\n"
    files = {"scenes/dawn.yaml": text, "shaders/broken.fs": "void main() {}", "shaders/Big Blur.fs": None}
    found = complaints(show(files))
    assert told in found


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        ("{name: a, kind: text, text: '{nme}'}", '2:40: layer "a": there is no value "nme"'),
        (
            "{name: a, kind: text, text: 'in {yaer:.0f}'}",
            '2:43: layer "a": there is no value "yaer"\n    did you mean "year"?',
        ),
        (
            "{name: a, kind: text, text: '{year.real}'}",
            "{year.real} is not a placeholder\n    write {name} or {name:.1f}",
        ),
        ("{name: a, kind: text, text: '{year'}", "{year is not a placeholder"),
        ("{name: a, kind: text, text: '{year:99999d}'}", '2:45: layer "a": "99999d" is not a way to write a number'),
        ("{name: a, kind: text, text: hi, font: Big.ttf}", 'there is no file "Big.ttf"'),
        (
            "{name: a, kind: text, text: hi, font: show.yaml}",
            '"show.yaml" is not a font\n    a TrueType or OpenType file',
        ),
        ("{name: a, kind: media, file: ../../x.png}", '"../../x.png" leads out of harbour/'),
        ("{name: a, kind: media, file: scenes}", '"scenes" is not a file'),
        ("{name: a, kind: media, file: shaders/skyy.fs}", 'did you mean "shaders/sky.fs"?'),
        ("{name: eye, kind: camera}, {name: eye, kind: camera}", 'layer "eye": the name "eye" is taken'),
        ("{name: a, kind: camera, params: {sfot: 1}}", 'unknown parameter "sfot"\n    did you mean "soft"?'),
        ("{name: g, kind: group, params: {x: 1}, layers: [{name: a, kind: camera}]}", "it has no parameters"),
        ("{name: g, kind: group, layers: [{name: a, kind: camera}, {name: a, kind: camera}]}", 'the name "a" is taken'),
        (
            "{name: a, kind: camera}, {name: g, kind: group, layers: [{name: b, kind: shader, shader: sky.fs, "
            "inputs: {who: layer.a}}]}",
            'layer "b": there is no layer "a" here',
        ),
    ],
)
def test_a_mistake_in_another_layer_is_told(show: Build, layer: str, told: str) -> None:
    text = f"values: {{year: 2000}}\nlayers: [{layer}]\ntitle: Dawn\n"
    assert told in complaints(show({"scenes/dawn.yaml": text}))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ("{a: = b, b: = c + 1, c: = a}", "1:13: values read each other in a circle: a → b → c → a"),
        ("{a: = a}", "values read each other in a circle: a → a"),
        ("{time: 3}", '1:10: "time" is a word of expressions already\n    choose another name'),
        ("{sin: 3}", '"sin" is a word of expressions already'),
        ("{a: hello}", 'values.a: expected a number or an expression, got "hello"'),
        ('{a: "= [1, 2]"}', "values.a: expected one number, got 2"),
        ("{year: = 1, a: = yaer}", '1:26: unknown name "yaer"\n    did you mean "year"?'),
    ],
)
def test_a_mistake_in_values_is_told_once(show: Build, values: str, told: str) -> None:
    text = f"values: {values}\ntitle: Dawn\nlayers: [{{name: eye, kind: camera, opacity: = a}}]\n"
    text = text if "a:" in values else text.replace("= a", "1")
    found = complaints(show({"scenes/dawn.yaml": text}))
    assert told in found
    assert found.count("shows/harbour") == 1


def test_a_mistake_in_an_effect_of_the_scene_is_told(show: Build) -> None:
    text = (
        "title: Dawn\nlayers: [{name: blur, kind: camera}]\n"
        "effects: [{shader: blur.fs, inputs: {mask: below}}, "
        "{shader: blur.fs, name: two, inputs: {mask: layer.blur}}]\n"
    )
    found = complaints(show({"scenes/dawn.yaml": text}))
    assert 'dawn.yaml:2:17: layer "blur": the name "blur" is taken' in found, "they would share an address"
    assert '"below" can\'t feed an effect of the whole scene' in found
    assert '"layer.blur" can\'t feed an effect of the whole scene' in found


def test_a_broken_shader_is_told_once_however_often_it_is_named(show: Build) -> None:
    layers = ", ".join(f"{{name: l{i}, kind: shader, shader: broken.fs}}" for i in range(3))
    files = {"shaders/broken.fs": "/*{ nothing */", "scenes/dawn.yaml": f"title: Dawn\nlayers: [{layers}]\n"}
    assert complaints(show(files)).count("broken.fs") == 1


def test_every_parameter_has_its_address_and_what_drives_it(show: Build) -> None:
    text = """title: Dawn
values: {swell: "= sin(time)", tide: 0.5}
layers:
  - name: sky
    kind: shader
    shader: sky.fs
    opacity: = tide
    params: {warmth: 1, mode: storm, tint: "#ff0000", centre: "= [0.5, tide]"}
    effects: [{shader: blur.fs}, {shader: blur.fs, name: again, params: {amount: = swell}}]
  - name: both
    kind: group
    layers: [{name: eye, kind: camera, params: {gain: 2}}]
effects: [{shader: blur.fs}]
"""
    found = scene(show({"scenes/dawn.yaml": text}))
    saved = {address: value for address, (_, value) in found.params.items()}
    assert saved["/scene/dawn/sky/warmth"] == 1.0
    assert saved["/scene/dawn/sky/mode"] == 1
    assert saved["/scene/dawn/sky/lit"] is True
    assert saved["/scene/dawn/sky/tint"] == (1.0, 0.0, 0.0, 1.0)
    assert saved["/scene/dawn/sky/blur/amount"] == 0.5
    assert saved["/scene/dawn/both/opacity"] == 1.0
    assert saved["/scene/dawn/both/eye/gain"] == 2.0
    assert saved["/scene/dawn/blur/amount"] == 0.5
    words = {"time": 0.0, "swell": 0.25, "tide": 0.5}
    for address, value in (("sky/opacity", 0.5), ("sky/centre", (0.5, 0.5)), ("sky/again/amount", 0.25)):
        expression = saved[f"/scene/dawn/{address}"]
        assert isinstance(expression, Expression)
        assert expression(words) == value
    assert sorted(found.shaders) == ["blur.fs", "sky.fs"]


def test_an_expression_begins_with_the_parameters_default(show: Build) -> None:
    text = "title: Dawn\nlayers: [{name: sky, kind: shader, shader: sky.fs, params: {warmth: = 1 / reveal}}]\n"
    _, expression = scene(show({"scenes/dawn.yaml": text})).params["/scene/dawn/sky/warmth"]
    assert isinstance(expression, Expression)
    assert expression({"reveal": 0.0}) == 0.5


def test_values_come_after_those_that_they_read(show: Build) -> None:
    text = "title: Dawn\nvalues: {c: = b + a, b: = a * 2, a: = time, d: 4}\nlayers: [{name: eye, kind: camera}]\n"
    values = scene(show({"scenes/dawn.yaml": text})).values
    words = {"time": 3.0}
    for name, value in values.items():
        words[name] = value(words) if isinstance(value, Expression) else value  # type: ignore[assignment]
    assert words == {"time": 3.0, "a": 3.0, "b": 6.0, "c": 9.0, "d": 4.0}
    assert list(values).index("a") < list(values).index("b") < list(values).index("c")


def test_what_may_feed_an_image_input(show: Build) -> None:
    text = """title: Dawn
layers:
  - {name: eye, kind: camera}
  - {name: sky, kind: shader, shader: sky.fs, inputs: {who: layer.eye}}
  - {name: soft, kind: shader, shader: blur.fs, inputs: {inputImage: below, mask: camera.mask}}
  - {name: film, kind: shader, shader: blur.fs, inputs: {inputImage: media.media/sea.png, mask: camera.flow}}
"""
    folder = show({"scenes/dawn.yaml": text, "media/sea.png": "x"})
    assert [layer.name for layer in scene(folder).file.layers] == ["eye", "sky", "soft", "film"]
