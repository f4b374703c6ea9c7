"""The translation of ISF's GLSL, as text: what is renamed, what stays, and that lines and columns find their way back."""

from __future__ import annotations

import re

import pytest

from installation.errors import ShaderError
from installation.scene import isf
from installation.scene.isf_block import Block
from installation.scene.isf_glsl import Dialect, Source, translate


def translated(body: str, header: str = "{}", vertex: str | None = None, dialect: Dialect = "330 core") -> Source:
    parsed = isf.parse(f"/*{header}*/{body}", "test.fs", vertex)
    return translate(parsed, Block(parsed), dialect)


def own(body: str, header: str = "{}") -> str:
    """The artist's part of a translated fragment shader, without the header."""
    source = translated(body, header)
    lines = source.fragment.split("\n")[source.lines["fragment"].offset :]
    return "\n".join(lines).partition("*/")[2]


def test_old_words_are_written_in_today_s() -> None:
    for old, new in {
        "gl_FragColor = texture2D(a, b);": "isf_FragColor = texture(a, b);",
        "gl_FragData[0].r += 1.0;": "isf_FragColor   .r += 1.0;",
        "varying vec2 left;": "in vec2 left;",
        "vv_FragNormCoord": "isf_FragNormCoord",
        "texture2DLod(a, b, 0.0)": "textureLod(a, b, 0.0)",
        "texture2DRect(a, b)": "IMG_PIXEL(a, b)",
        "textureCube(a, b)": "texture(a, b)",
        "vec4 f(sampler2DRect s);": "vec4 f(sampler2D s);",
    }.items():
        assert own(old) == new


def test_comments_and_longer_words_are_left_alone() -> None:
    text = "int gl_FragColors; // texture2D(a)\n/* varying \n gl_FragColor */ float my_texture2D;"
    assert own(text) == text


def test_macros_are_translated_like_code() -> None:
    assert own("#define LOOK(s,p) \\\n  texture2D(s, p)\n;") == "#define LOOK(s,p) texture(s, p)\n\n;"
    assert own("#define texture2D(s,p) IMG_NORM_PIXEL(s,p)") == "#define texture(s,p) IMG_NORM_PIXEL(s,p)"


def test_a_backslash_at_the_end_of_a_comment_is_only_drawn() -> None:
    assert own("// /\\_/\\\nfloat sample;") == "// / _/ \nfloat isf_my_sample;"


def test_version_and_extension_lines_leave_empty_lines() -> None:
    assert own("a;\n  #version 120\n# extension GL_ARB_x : \\\n require\nb;") == "a;\n  \n\n\nb;"
    assert own("#if __VERSION__ <= 120\nvarying vec2 p;\n#endif") == "#if __VERSION__ <= 120\nin vec2 p;\n#endif"


def test_precision_statements_are_left_out_and_qualifiers_stay() -> None:
    assert own("#ifdef GL_ES\nprecision mediump float;\n#endif\nlowp float x;").split("\n")[1].strip() == ""
    assert "lowp float x;" in own("lowp float x;")


def test_names_that_became_words_of_glsl_stay_names() -> None:
    assert own("float sample = 1.0; vec4 common; s.filter = input(half);") == (
        "float isf_my_sample = 1.0; vec4 isf_my_common; s.isf_my_filter = isf_my_input(isf_my_half);"
    )
    assert own("smooth in vec2 a; flat in int b; layout(location = 1) in vec2 c;") == (
        "smooth in vec2 a; flat in int b; layout(location = 1) in vec2 c;"
    )
    assert (
        own("float smooth = 0.0, b = smooth * smooth;")
        == "float isf_my_smooth = 0.0, b = isf_my_smooth * isf_my_smooth;"
    )


def test_a_variable_called_like_a_function_does_not_hide_it() -> None:
    assert (
        own("vec4 texture = texture2D(a, b); x = texture.r;")
        == "vec4 isf_my_texture = texture(a, b); x = isf_my_texture.r;"
    )
    inputs = '{"INPUTS": [{"NAME": "mix", "TYPE": "float"}, {"NAME": "sample", "TYPE": "image"}]}'
    assert own("mix(a, b, mix) * IMG_SIZE(sample)", inputs) == "mix(a, b, isf_my_mix) * IMG_SIZE(isf_my_sample)"
    source = translated("", inputs)
    assert "float isf_my_mix;" in source.fragment and source.samplers == ("isf_my_sample",)
    assert "vec2 _sample_imgSize;" in source.fragment


def test_a_function_of_the_artist_s_own_keeps_its_meaning() -> None:
    assert own("float round(float x) { return x; }\nvoid main() { round(1.0); }") == (
        "float isf_my_round(float x) { return x; }\nvoid main() { isf_my_round(1.0); }"
    )
    # In an #if it may not be there at all.
    kept = "#if __VERSION__ < 130\nfloat round(float x) { return x; }\n#endif\nvoid main() { round(1.0); }"
    assert own(kept) == kept


def test_an_overload_of_a_built_in_function_adds_to_it() -> None:
    source = translated("int mod(int a, const in float b) { return 1; } float mod(float a, float b) { return 2.0; }")
    forwarded = re.findall(r"(\w+) isf_my_mod\((.*?)\)", source.fragment.split("/*{}*/")[0])
    assert ("vec3", "vec3 a0, float a1") in forwarded and ("vec2", "vec2 a0, vec2 a1") in forwarded
    assert ("float", "float a0, float a1") not in forwarded


def test_what_we_declare_is_not_declared_twice() -> None:
    header = '{"INPUTS": [{"NAME": "speed", "TYPE": "float"}, {"NAME": "inputImage", "TYPE": "image"}]}'
    body = (
        "uniform float speed; uniform sampler2D inputImage;\nuniform vec2 RENDERSIZE;\nvarying vec2 vv_FragNormCoord;"
    )
    assert own(body, header).strip() == ""
    assert "uniform float other;" in own("uniform float other;")


def test_an_output_of_the_artist_s_own_is_the_output() -> None:
    assert own("out vec4 col;\nvoid main() { col = vec4(1.0); }").split("\n") == [
        " " * 13,
        "void main() { isf_FragColor = vec4(1.0); }",
    ]
    assert own("layout(location = 0) out vec4 col;").strip() == ""
    assert "vec4 isf_FragColor;" not in translated("out vec3 col;\nvoid main() { col = vec3(1.0); }").fragment


@pytest.mark.parametrize("dialect", ["330 core", "300 es"])
def test_the_version_is_told_honestly_and_once(dialect: Dialect) -> None:
    source = translated("#version 120\nvoid main() {}", dialect=dialect, vertex="#version 150\nvoid main() {}")
    for text in (source.vertex, source.fragment):
        assert re.findall("#version.*", text) == [f"#version {dialect}"]
        assert ("precision highp float;" in text) == (dialect == "300 es")


def test_lines_are_kept_and_columns_found_again() -> None:
    body = "\nfloat sample;\n x = texture2D(sample, sample); y\n"
    source = translated(body)
    lines = source.lines["fragment"]
    rows = source.fragment.split("\n")
    for number, row in enumerate(lines.rows, 1):
        written = rows[number - 1 + lines.offset]
        for word in ("x", "y", "texture", "isf_my_sample"):
            for found in re.finditer(rf"\b{word}\b", written):
                old = {"texture": "texture2D", "isf_my_sample": "sample"}.get(word, word)
                start = lines.column(number, found.start() + 1) - 1
                assert row[start : start + len(old)] == old


def test_pasted_spaces_and_letters_in_comments_are_made_plain() -> None:
    assert own("float\u00a0x; // Größe\n#error né\n") == "float x; // Gr??e\n#error n?\n"


@pytest.mark.parametrize(
    ("body", "place", "words"),
    [
        ("\nfloat ä;", (2, 7), 'no character "ä"'),
        ("\n\n a \0", (3, 4), "a NUL"),
        ("\n/* never", (2, 1), "never closed"),
        ("\n x = $y;", (2, 6), 'no character "$"'),
    ],
)
def test_what_is_no_glsl_is_told_at_its_place(body: str, place: tuple[int, int], words: str) -> None:
    with pytest.raises(ShaderError) as raised:
        translated(body)
    (problem,) = raised.value.problems
    assert problem.where and (problem.where.line, problem.where.column) == place
    assert words in problem.message


def test_every_member_of_the_block_lies_where_std140_puts_it() -> None:
    header = """{"INPUTS": [{"NAME": "a", "TYPE": "float"}, {"NAME": "b", "TYPE": "point2D"}, {"NAME": "c", "TYPE": "color"},
      {"NAME": "d", "TYPE": "long"}, {"NAME": "e", "TYPE": "event"}, {"NAME": "i", "TYPE": "image"}]}"""
    block = Block(isf.parse(f"/*{header}*/", "x.fs"))
    sizes = {"vec4": 4, "vec2": 2}
    at = 0
    for _, kind in block.members:
        size = sizes.get(kind, 1)
        assert at % size == 0  # no padding is ever needed
        at += size
    assert block.size == 4 * (at + (-at) % 4)
