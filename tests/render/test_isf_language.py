"""ISF's GLSL as artists have written it for fifteen years, compiled and drawn by a real driver: exact pixels."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.errors import Problem, ShaderError
from installation.gpu.device import Device
from installation.gpu.textures import Texture

Draw = Callable[..., NDArray[Any]]

pytestmark = pytest.mark.gl

TINT = "vec4(0.2, 0.4, 0.6, 1.0)"
TINTED = (51, 102, 153, 255)
IMAGE = '/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/'

HABITS = {
    "nothing special": f"void main() {{ gl_FragColor = {TINT}; }}",
    "main(void)": f"void main(void) {{ gl_FragColor = {TINT}; }}",
    "a version line": f"#version 120\nvoid main() {{ gl_FragColor = {TINT}; }}",
    "a version line further down": f"float x;\n#version 110\nvoid main() {{ gl_FragColor = {TINT}; }}",
    "an extension": f"#extension GL_EXT_gpu_shader4 : require\nvoid main() {{ gl_FragColor = {TINT}; }}",
    "precision": f"""#ifdef GL_ES
precision mediump float;
#endif
precision highp int;
void main() {{ gl_FragColor = {TINT}; }}""",
    "precise variables": f"void main() {{ mediump vec4 c = {TINT}; lowp float a = c.a; gl_FragColor = c * a; }}",
    "colour by parts": "void main() { gl_FragColor.rgb = vec3(0.2, 0.4, 0.6); gl_FragColor.a = 1.0; }",
    "colour read back": f"void main() {{ gl_FragColor = {TINT} * 0.5; gl_FragColor += gl_FragColor; }}",
    "colour in a function": f"void fill() {{ gl_FragColor = {TINT}; }}\nvoid main() {{ fill(); }}",
    "colour as an out argument": f"void fill(out vec4 c) {{ c = {TINT}; }}\nvoid main() {{ fill(gl_FragColor); }}",
    "fragment data": f"void main() {{ gl_FragData[0] = {TINT}; gl_FragData[ 0 ].r *= 1.0; }}",
    "an output of its own": f"out vec4 fragColor;\nvoid main() {{ fragColor = {TINT}; }}",
    "an output with a place": f"layout(location = 0) out vec4 c;\nvoid main() {{ c = {TINT}; }}",
    "an output by version": f"""#if __VERSION__ <= 120
#define col gl_FragColor
#else
out vec4 col;
#endif
void main() {{ col = {TINT}; }}""",
    "the usual names of shader toys": f"""void mainImage(out vec4 fragColor, in vec2 fragCoord) {{ fragColor = {TINT}; }}
void main() {{ mainImage(gl_FragColor, gl_FragCoord.xy); }}""",
    "honest version": f"""#if __VERSION__ == 330 || (__VERSION__ == 300 && defined(GL_ES))
void main() {{ gl_FragColor = {TINT}; }}
#endif""",
    "varyings of no one": f"varying vec2 unused;\nvoid main() {{ gl_FragColor = {TINT}; }}",
    "our own names declared again": f"""uniform float TIME; uniform vec2 RENDERSIZE;
varying vec2 vv_FragNormCoord;
void main() {{ gl_FragColor = {TINT} + vec4(0.0 * (TIME + RENDERSIZE.x + vv_FragNormCoord.x)); }}""",
    "reserved words as names": f"""struct filter {{ vec4 sample; }};
vec4 common(vec4 input) {{ return input; }}
void main() {{
  filter active; active.sample = {TINT};
  vec4 half = active.sample, smooth = half, output = smooth, flat = output, patch = flat;
  gl_FragColor = common(patch);
}}""",
    "buffer and shared as names": f"vec4 buffer = {TINT}; void main() {{ vec4 shared = buffer; gl_FragColor = shared; }}",
    "a variable called texture": f"""{IMAGE}
void main() {{ vec4 texture = texture2D(inputImage, vec2(0.5)); gl_FragColor = texture; }}""",
    "a variable called like what it measures": """void main() {
  vec2 p = vec2(3.0, 4.0);
  float length = length(p), step = step(0.5, 0.7), mod = mod(5.0, 3.0);
  gl_FragColor = vec4(length / 25.0, mod / 5.0, 0.6 * step, length(p) / 5.0);
}""",
    "functions that are built in today": """float round(float x) { return floor(x + 0.5); }
mat2 inverse(mat2 m) { return m; }
mat2 transpose(mat2 m) { return m; }
vec4 texture(vec2 p) { return vec4(p, 0.6, 1.0); }
float trunc(float x) { return x; }
void main() {
  mat2 m = inverse(transpose(mat2(1.0)));
  gl_FragColor = texture(m * vec2(round(0.9) * 0.2, trunc(0.4)));
}""",
    "an overload of a built-in function": """float mix(float a, float b, bool which) { return which ? b : a; }
vec2 mod(vec2 a, int b) { return a - float(b) * floor(a / float(b)); }
void main() {
  vec3 c = mix(vec3(0.0), vec3(0.4, 0.8, 1.2), 0.5) + vec3(mod(vec2(4.0), 2), mod(4.0, 2.0));
  gl_FragColor = vec4(c, mix(0.0, 1.0, true));
}""",
    "a built-in function made for old versions only": """#if __VERSION__ < 130
float round(float x) { return floor(x + 0.5); }
#endif
void main() { gl_FragColor = vec4(0.2, 0.4, 0.6, round(0.8)); }""",
    "functions called like today's qualifiers": f"""float smooth(float x) {{ return x * x * (3.0 - 2.0 * x); }}
vec4 flat(vec4 c);
vec4 flat(vec4 c) {{ return c; }}
vec4 sample(vec4 c) {{ return c; }}
float patch(float x) {{ return x; }}
void main() {{ gl_FragColor = flat(sample({TINT})) * smooth(1.0) * patch(1.0); }}""",
    "the cross product of two dimensions": """float cross(vec2 a, vec2 b) { return a.x * b.y - a.y * b.x; }
void main() {
  vec3 z = cross(vec3(1.0, 0.0, 0.0), vec3(0.0, 1.0, 0.0));
  gl_FragColor = vec4(0.2, 0.4, 0.6, z.z * cross(vec2(1.0, 0.0), vec2(0.0, 1.0)));
}""",
    "an overload of texture2D": f"""{IMAGE}
vec4 texture2D(sampler2D s, vec2 p, vec2 by) {{ return texture2D(s, p + by); }}
void main() {{ gl_FragColor = texture2D(inputImage, vec2(0.5), vec2(0.1)); }}""",
    "a second variable called texture": f"""{IMAGE}
void main() {{ vec4 a, texture; texture = texture2D(inputImage, vec2(0.5)); a = texture; gl_FragColor = a; }}""",
    "a macro that takes a texture": f"""{IMAGE}
#define AT(texture, p) texture2D(texture, p)
void main() {{ gl_FragColor = AT(inputImage, vec2(0.5)); }}""",
    "notes in a branch": f"""#if 0
it's "old" code @ home, don't
#endif
void main() {{ gl_FragColor = {TINT}; }}""",
    "the length of an array beside a length of its own": """float length(vec2 a, vec2 b) { return length(a - b); }
void main() { float a[2]; a[0] = 0.2; gl_FragColor = vec4(a[a.length() - 2], 0.4, 0.6, length(vec2(1.0), vec2(1.0, 0.0))); }""",
    "globals from uniforms": f"""float ratio = RENDERSIZE.x / RENDERSIZE.y, zero = TIME * 0.0 * ratio;
vec4 c = {TINT} + zero;
void main(void) {{ gl_FragColor = c; }}""",
    "macros": f"""#define T texture2D
#define LOOK(s, p) T(s, p)
#define COLOR gl_FragColor
#define ADD(a, \\
            b) ((a) + (b))
void main() {{ COLOR = ADD({TINT}, vec4(0.0)); }}""",
    "a macro in the place of texture2D": f"""#define texture2D(s, p) {TINT}
void main() {{ gl_FragColor = texture2D(nothing, here); }}""",
    "branches with brackets of their own": f"""#ifdef NEVER
void main() {{ if (false) {{
#else
void main() {{ {{
#endif
gl_FragColor = {TINT}; }} }}
float round(float x) {{ return x; }}""",
    "a cat in a comment": f"// /\\_/\\\nvoid main() {{ gl_FragColor = {TINT}; }}",
    "braces in comments": f"// {{ ( \n/* }} gl_FragColor \" ' */\nvoid main() {{ gl_FragColor = {TINT}; }} // é ☃",
    "arrays": """void main() {
  float a[4]; for (int i = 0; i < 4; i++) a[i] = float(i + 1) / 5.0;
  gl_FragColor = vec4(a[0], a[1], a[2], 1.0);
}""",
    "constant arrays": """const float a[3] = float[3](0.2, 0.4, 0.6);
void main() { vec3 c; for (int i = 0; i < 3; ++i) c[i] = a[i]; gl_FragColor = vec4(c, 1.0); }""",
    "a prototype": f"vec4 tint();\nvoid main() {{ gl_FragColor = tint(); }}\nvec4 tint() {{ return {TINT}; }}",
    "old matrices and swizzles": f"void main() {{ mat3 m = mat3(1.0); gl_FragColor = vec4(m * {TINT}.stp, {TINT}.q); }}",
    "discard that never happens": f"void main() {{ if (gl_FragCoord.x < 0.0) discard; gl_FragColor = {TINT}; }}",
    "ISF's first spelling": f"void main() {{ gl_FragColor = vv_FragNormCoord.x > 0.0 ? {TINT} : vec4(0.0); }}",
    "gl_TexCoord": f"void main() {{ gl_FragColor = gl_TexCoord[0].x > 0.0 ? {TINT} : vec4(0.0); }}",
    "carriage returns": f"\r\nvoid main()\r\n{{\r\n// x\r\ngl_FragColor = {TINT};\r\n}}\r\n",
    "old carriage returns": f"\rvoid main()\r{{\r// x\rgl_FragColor = {TINT};\r}}\r",
}
DESKTOP_HABITS = {
    "a constant that is read from a uniform": f"""
void main() {{ const vec2 size = RENDERSIZE; gl_FragColor = {TINT} * step(0.0, size.x); }}""",
    "one number spread over many": f"void main() {{ float one = 1.0; gl_FragColor = {TINT} * one.xxxx; }}",
    "whole numbers for floats": """float half_(float x) { return x / 2; }
void main() { vec3 c = vec3(1, 2, 3) * half_(2); float g = 5; gl_FragColor = vec4(c / g, 1); }""",
    "whole numbers in functions": """void main() {
  gl_FragColor = vec4(pow(2, -1) * 0.4, max(0.4, 0), mod(3, 2) * 0.6, clamp(2, 0, 1));
}""",
    "a suffix": "void main() { gl_FragColor = vec4(0.2f, 0.4f, 0.6f, 1.f); }",
}


@pytest.mark.parametrize("habit", HABITS)
def test_old_habits_draw_what_they_always_did(draw: Draw, device: Device, habit: str) -> None:
    picture = Texture.from_array(device, np.full((1, 1, 4), TINTED, np.uint8), "rgba8")
    text = HABITS[habit]
    drawn = draw(text if text.startswith("/*{") else f"/*{{}}*/{text}", images={"inputImage": picture})
    picture.close()
    assert np.abs(drawn.astype(int) - TINTED).max() <= 1


@pytest.mark.parametrize("habit", DESKTOP_HABITS)
def test_habits_that_es_forbids_play_on_a_desktop(draw: Draw, device: Device, habit: str) -> None:
    if device.dialect == "300 es":
        pytest.skip("ES 3.0 converts nothing by itself")
    assert np.abs(draw(f"/*{{}}*/{DESKTOP_HABITS[habit]}").astype(int) - TINTED).max() <= 1


# -- image functions ---------------------------------------------------------------------------------------------------

LOOKS = {
    "IMG_PIXEL": "IMG_PIXEL(inputImage, vec2(2.5, 1.5))",
    "IMG_NORM_PIXEL": "IMG_NORM_PIXEL(inputImage, vec2(0.625, 0.75))",
    "with a bias": "IMG_NORM_PIXEL(inputImage, vec2(0.625, 0.75), 0.0) * IMG_PIXEL(inputImage, vec2(3.5), 0.0).a",
    "nested": "IMG_NORM_PIXEL(inputImage, fract(vec2(max(0.625, IMG_PIXEL(inputImage, vec2(0.5, (0.5))).r), 0.75)))",
    "twice nested": "IMG_PIXEL(inputImage, vec2(2.5, 1.5) + IMG_PIXEL(inputImage, IMG_THIS_PIXEL(inputImage).rg + 0.5).rg)",
    "through a function": "look(inputImage, vec2(0.625, 0.75))",
    "through a macro": "AT(inputImage, 0.625, 0.75)",
    "texture2D": "texture2D(inputImage, vec2(0.625, 0.75))",
    "texture2DLod": "texture2DLod(inputImage, vec2(0.625, 0.75), 0.0)",
    "texture2DProj": "texture2DProj(inputImage, vec3(1.25, 1.5, 2.0))",
    "texture2DRect": "texture2DRect(inputImage, vec2(2.5, 1.5))",
    "texture": "texture(inputImage, vec2(0.625, 0.75))",
    "over several lines": "IMG_PIXEL (\n  inputImage, // the picture\n  vec2(2.5,\n 1.5)\n)",
    "swizzled": "vec4(IMG_PIXEL(inputImage, vec2(2.5, 1.5)).rgb, 1.0)",
}


@pytest.mark.parametrize("look", LOOKS)
def test_every_way_to_look_at_a_picture_finds_the_same_pixel(draw: Draw, device: Device, look: str) -> None:
    card = np.zeros((2, 4, 4), np.uint8)
    card[..., 3] = 255
    card[1, 2] = (10, 200, 30, 255)
    picture = Texture.from_array(device, card, "rgba8", smooth=False)
    text = f"""{IMAGE}
    #define AT(s, x, y) IMG_NORM_PIXEL(s, vec2(x, y))
    vec4 look(sampler2D s, vec2 p) {{ return IMG_NORM_PIXEL(s, p) * (IMG_SIZE(s) == vec2(4.0, 2.0) ? 1.0 : 0.0); }}
    void main() {{ gl_FragColor = {LOOKS[look]}; }}"""
    assert (draw(text, images={"inputImage": picture})[0, 0] == (10, 200, 30, 255)).all()
    picture.close()


@pytest.mark.parametrize("name", ["IMG_THIS_PIXEL", "IMG_THIS_NORM_PIXEL", "IMG_NORM_THIS_PIXEL"])
def test_this_pixel_is_the_one_at_the_same_place(draw: Draw, device: Device, name: str) -> None:
    card = np.arange(32, dtype=np.uint8).reshape(2, 4, 4)
    picture = Texture.from_array(device, card, "rgba8", smooth=False)
    text = f"{IMAGE} void main() {{ gl_FragColor = {name}(inputImage); }}"
    assert (draw(text, images={"inputImage": picture}) == card).all()
    picture.close()


def test_inputs_may_have_names_that_glsl_uses_otherwise(draw: Draw, device: Device) -> None:
    picture = Texture.from_array(device, np.full((2, 3, 4), TINTED, np.uint8), "rgba8")
    text = """/*{"INPUTS": [{"NAME": "texture", "TYPE": "image"}, {"NAME": "mix", "TYPE": "float", "DEFAULT": 1.0},
      {"NAME": "filter", "TYPE": "float", "DEFAULT": 0.5}, {"NAME": "smooth", "TYPE": "bool"}],
      "PASSES": [{"TARGET": "buffer"}, {}]}*/
    void main() {
      if (PASSINDEX == 0) gl_FragColor = texture2D(texture, vec2(filter)) + IMG_NORM_PIXEL(texture, vec2(0.5)) * 0.0;
      else gl_FragColor = mix(vec4(0.0), IMG_THIS_PIXEL(buffer), smooth && _texture_imgSize.x == 3.0 ? mix : 0.0);
    }"""
    assert (draw(text, images={"texture": picture}) == TINTED).all()
    picture.close()


def test_local_names_may_hide_the_inputs_names(draw: Draw) -> None:
    text = """/*{"INPUTS": [{"NAME": "speed", "TYPE": "float", "DEFAULT": 1.0}]}*/
    float twice(float speed) { return speed * 2.0; }
    void main() { float TIME = 0.25; gl_FragColor = vec4(speed); { float speed = twice(TIME); gl_FragColor *= speed; } }"""
    assert (draw(text) == 128).all()


# -- the vertex shader -------------------------------------------------------------------------------------------------


def test_a_vertex_shader_hands_its_own_values_over(draw: Draw) -> None:
    for vertex_word, fragment_word in (("varying", "varying"), ("out", "in")):
        vertex = f"{vertex_word} vec2 corner;\nvoid main() {{ isf_vertShaderInit(); corner = isf_FragNormCoord; }}"
        fragment = f"/*{{}}*/ {fragment_word} vec2 corner; void main() {{ gl_FragColor = vec4(corner, 0.0, 1.0); }}"
        picture = draw(fragment, vertex=vertex)
        assert picture[0, :, 0].tolist() == [32, 96, 159, 223] and picture[:, 0, 1].tolist() == [64, 191]


def test_a_vertex_shader_that_switches_on_the_version(draw: Draw) -> None:
    vertex = """#if __VERSION__ <= 120
varying vec2 left;
#else
out vec2 left;
#endif
void main() { vv_vertShaderInit(); left = vv_FragNormCoord - vec2(1.0, 0.0) / RENDERSIZE; }"""
    fragment = """/*{}*/
#if __VERSION__ <= 120
varying vec2 left;
#else
in vec2 left;
#endif
void main() { gl_FragColor = vec4(left.x * 4.0); }"""
    assert draw(fragment, vertex=vertex)[0, :, 0].tolist() == [0, 128, 255, 255]


def test_what_a_vertex_shader_clamps_is_clamped_at_the_corners(draw: Draw) -> None:
    vertex = "varying vec2 q;\nvoid main() { isf_vertShaderInit(); q = clamp(isf_FragNormCoord, 0.0, 1.0); }"
    fragment = "/*{}*/ varying vec2 q; void main() { gl_FragColor = vec4(q.x); }"
    assert draw(fragment, vertex=vertex)[0, :, 0].tolist() == [32, 96, 159, 223]


def test_a_vertex_shader_may_move_the_picture_and_the_rest_stays_empty(draw: Draw) -> None:
    vertex = "void main() { isf_vertShaderInit(); gl_Position.x = gl_Position.x * 0.5 - 0.5; }"
    picture = draw("/*{}*/ void main() { gl_FragColor = vec4(1.0); }", vertex=vertex, frames=2)
    assert picture[0, :, 3].tolist() == [255, 255, 0, 0]


def test_a_vertex_shader_sees_inputs_and_pictures(draw: Draw, device: Device) -> None:
    picture = Texture.from_array(device, np.full((2, 2, 4), TINTED, np.uint8), "rgba8")
    vertex = """varying vec4 seen;
void main() {
  isf_vertShaderInit();
  seen = (IMG_NORM_PIXEL(inputImage, vec2(0.5)) + IMG_PIXEL(inputImage, vec2(1.0)) + texture2D(inputImage, vec2(0.5))) / 3.0;
}"""
    drawn = draw(
        f"{IMAGE} varying vec4 seen; void main() {{ gl_FragColor = seen; }}",
        images={"inputImage": picture},
        vertex=vertex,
    )
    picture.close()
    assert np.abs(drawn.astype(int) - TINTED).max() <= 1


def test_every_image_has_its_own_coordinates(draw: Draw, device: Device) -> None:
    picture = Texture.from_array(device, np.zeros((2, 8, 4), np.uint8), "rgba8")
    fragment = f"""{IMAGE}
    varying vec2 _inputImage_texCoord; varying vec2 _inputImage_normTexCoord;
    void main() {{ gl_FragColor = vec4(_inputImage_normTexCoord.x, _inputImage_texCoord.x, 0.0, 1.0); }}"""
    for vertex in (None, "void main() { isf_vertShaderInit(); }"):
        drawn = draw(fragment, images={"inputImage": picture}, vertex=vertex)
        assert drawn[0, :, 0].tolist() == [32, 96, 159, 223]
        assert drawn[0, :, 1].tolist() == [16, 48, 80, 112]  # four pixels of eight
    picture.close()


def test_a_vertex_shader_hands_gl_texcoord_over(draw: Draw) -> None:
    vertex = "void main() { isf_vertShaderInit(); gl_TexCoord[0] = gl_MultiTexCoord0.yxzw; }"
    drawn = draw("/*{}*/ void main() { gl_FragColor = vec4(gl_TexCoord[0].y); }", vertex=vertex)
    assert drawn[0, :, 0].tolist() == [32, 96, 159, 223]


def test_what_opengl_2_gave_to_every_vertex_shader(draw: Draw) -> None:
    for line in (
        "gl_Position = gl_ModelViewProjectionMatrix * gl_Vertex;",
        "gl_Position = ftransform();",
    ):
        vertex = f"varying vec2 q; attribute vec3 unused; void main() {{ {line} q = gl_MultiTexCoord0.xy; }}"
        drawn = draw("/*{}*/ varying vec2 q; void main() { gl_FragColor = vec4(q.x); }", vertex=vertex)
        assert drawn[0, :, 0].tolist() == [32, 96, 159, 223]


# -- mistakes, told by the driver that is here -------------------------------------------------------------------------


def refused(draw: Draw, body: str, vertex: str | None = None) -> tuple[Problem, ...]:
    with pytest.raises(ShaderError) as raised:
        draw("/*{}*/\n" + body, vertex=vertex)
    return raised.value.problems


MISTAKES = {
    "an undeclared name": ("void main() {\n  gl_FragColor = vec4(colour);\n}", 3, "colour"),
    "an undeclared name again": ("void main() {\n  float a = colour;\n  gl_FragColor = vec4(a, colour, a, a);\n}", 3, "colour"),
    "an undeclared name in a call": ("void main() {\n  gl_FragColor = mix(vec4(0.0), vec4(1.0), colour);\n}", 3, "colour"),
    "a missing semicolon": ("void main() {\n  float a = 1.0\n  gl_FragColor = vec4(a);\n}", 4, "syntax error"),
    "a brace that is never closed": ("void main() {\n  gl_FragColor = vec4(1.0);\n", 3, "syntax error"),
    "types that don't fit": ("void main() {\n  vec2 a = vec3(1.0);\n  gl_FragColor = vec4(a, a);\n}", 3, "vec2"),
    "a function that isn't there": ("void main() {\n  gl_FragColor = tint(1.0);\n}", 3, "tint"),
    "a reserved word for nothing": ("void main() {\n  gl_FragColor = vec4(sample);\n}", 3, "`sample'"),
    "old words": ("void main() {\n  gl_FragColor = texture2D(1.0);\n}", 3, "texture2D"),
    "its own error line": ("#error not today\nvoid main() {}", 2, "not today"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_once_at_the_artist_s_own_line(draw: Draw, mistake: str) -> None:
    body, line, words = MISTAKES[mistake]
    (problem,) = refused(draw, body)
    assert problem.where and (problem.where.path, problem.where.line) == ("test.fs", line), str(problem)
    assert words in problem.message
    assert problem.hint == body.split("\n")[line - 2].strip()


def test_a_mistake_points_at_the_artist_s_own_column(draw: Draw) -> None:
    (problem,) = refused(draw, "void main() {\n  vec4 sample = texture2D(a, b); gl_FragColor = oops; }")
    assert problem.where and problem.where.column == len("  vec4 sample = texture2D(") + 1
    (problem,) = refused(draw, "void main() {\n  vec4 sample = vec4(1.0); gl_FragColor = oops; }")
    assert problem.where and problem.where.column == len("  vec4 sample = vec4(1.0); gl_FragColor = ") + 1


def test_a_mistake_in_the_vertex_shader_names_that_file(draw: Draw) -> None:
    vertex = "void main() {\n  isf_vertShaderInit();\n  left = 1.0;\n}"
    (problem,) = refused(draw, "void main() { gl_FragColor = vec4(1.0); }", vertex)
    assert problem.where and (problem.where.path, problem.where.line) == ("test.vs", 3)
    assert (problem.hint, "left" in problem.message) == ("left = 1.0;", True)


def test_stages_that_don_t_fit_together_are_one_mistake(draw: Draw) -> None:
    vertex = "varying vec2 q;\nvoid main() { isf_vertShaderInit(); q = vec2(1.0); }"
    (problem,) = refused(draw, "varying vec3 q;\nvoid main() { gl_FragColor = vec4(q, 1.0); }", vertex)
    assert problem.where and problem.where.path == "test.fs" and "`q'" in problem.message


# -- ES ----------------------------------------------------------------------------------------------------------------


def test_all_this_is_so_on_es_too(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--gl-api") == "gles":
        pytest.skip("this is ES")
    here = Path(__file__).parent
    files = [
        str(here / name)
        for name in ("test_isf_language.py", "test_isf_player.py", "test_layers.py", "test_particles.py")
    ]
    command = [sys.executable, "-m", "pytest", "-q", "--gl-api", "gles", "-p", "no:cacheprovider", *files]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=170, check=False, cwd=here.parent.parent)
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]
