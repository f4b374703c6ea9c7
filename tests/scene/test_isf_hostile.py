"""Shaders nobody should have written: refused in bounded time and memory, with one clear error, and never anything else."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.errors import ShaderError
from installation.scene import isf
from installation.scene.isf_block import Block
from installation.scene.isf_glsl import Dialect, Source, translate
from installation.scene.isf_log import place_log
from installation.scene.isf_passes import sizes

BODY = "\nvoid main() { gl_FragColor = vec4(1.0); }\n"


def refused(text: str, words: str = "") -> None:
    with pytest.raises(ShaderError) as raised:
        isf.parse(text, "x.fs")
    assert words in str(raised.value)
    assert len(raised.value.problems) == 1 and len(str(raised.value)) < 1000


def through(text: str, vertex: str | None = None, dialect: Dialect = "330 core") -> Source | None:
    """Everything that is done with a file before a driver sees it; None when it is refused as it should be."""
    try:
        parsed = isf.parse(text, "x.fs", vertex)
        for number in (0.0, -1e30, 1e30):
            values = {param.name: number for param in parsed.params}
            assert all(1 <= side <= 16384 for size in sizes(parsed.passes, 1920, 1080, values) for side in size)
        source = translate(parsed, Block(parsed), dialect)
    except ShaderError as error:
        assert all(problem.where and problem.where.path in ("x.fs", "x.vs") for problem in error.problems)
        return None
    body = source.fragment.split("\n")[source.lines["fragment"].offset :]
    assert len(body) == len(parsed.body.split("\n"))
    return source


# -- fuzz --------------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        *"gl_FragColor gl_FragData texture2D texture sample smooth in out varying uniform vec4 float void main".split(),
        *"layout precision round mod mix if else return const struct filter IMG_PIXEL inputImage PASSINDEX".split(),
        *"( ) { } [ ] ; , = . 0 1.0 1e-5 0x1F # ## \n \r \t // /* */ \\ \\\n \" '".split(" "),
        "#version 120\n", "#if 1\n", "#else\n", "#endif\n", "#define A(x) x\n", "#extension all : enable\n",
        "\0", "é", "\u00a0", "\ufeff",
    ]
)  # fmt: skip
GLSL = st.lists(st.one_of(WORDS, st.text(max_size=4)), max_size=60).map(" ".join)
KEYS = st.sampled_from(
    "INPUTS PASSES IMPORTED NAME TYPE DEFAULT MIN MAX VALUES LABELS IDENTITY TARGET PERSISTENT FLOAT WIDTH HEIGHT PATH "
    "PERSISTENT_BUFFERS CATEGORIES DESCRIPTION CREDIT".split()
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(
        "float bool long event point2D color image audio audioFFT cube $WIDTH/2 floor($a*$HEIGHT) a b TIME ../x.png vec3".split()
    ),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=6),
    max_leaves=16,
)
HEADERS = st.dictionaries(KEYS, JSON, max_size=6)
INPUTS = st.lists(st.dictionaries(KEYS, SCALARS | st.lists(SCALARS, max_size=5), max_size=8), max_size=6)


@given(HEADERS, st.text(max_size=20))
@settings(max_examples=80)
def test_any_header_is_read_or_refused(header: dict[str, object], rest: str) -> None:
    through(f"/*{json.dumps(header)}*/{rest}")


@given(INPUTS, INPUTS)
@settings(max_examples=150)
def test_any_inputs_and_passes_are_read_or_refused(inputs: list[object], passes: list[object]) -> None:
    named = [{"NAME": f"i{n}", **item} for n, item in enumerate(inputs) if isinstance(item, dict)]
    through(f"/*{json.dumps({'INPUTS': named, 'PASSES': passes})}*/{BODY}")


@given(st.text(alphabet='{}[]":,\\/*truefalsn01.eE+- \n\t\0é', max_size=80))
@settings(max_examples=200)
def test_any_text_in_the_place_of_json_is_read_or_refused(text: str) -> None:
    through(f"/*{text}*/{BODY}")


@given(st.text(alphabet="$WIDTHa0123456789.()+-*/%, floorminmax", max_size=60))
@settings(max_examples=150)
def test_any_size_is_a_size_or_refused(text: str) -> None:
    through(f"/*{json.dumps({'PASSES': [{'TARGET': 't', 'WIDTH': text}]})}*/{BODY}")


@given(GLSL, GLSL, st.sampled_from(["330 core", "300 es"]))
@settings(max_examples=250)
def test_any_glsl_is_translated_line_for_line_or_refused(body: str, vertex: str, dialect: Dialect) -> None:
    header = '{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}, {"NAME": "sample", "TYPE": "float"}]}'
    source = through(f"/*{header}*/{body}", vertex, dialect)
    if source:
        assert source.fragment.startswith(f"#version {dialect}\n")
        assert source.fragment.isascii() and source.vertex.isascii()


@given(GLSL, st.lists(st.integers(-3, 200), max_size=6), st.text(max_size=60))
@settings(max_examples=100)
def test_any_complaint_of_a_driver_is_told_somewhere(body: str, lines: list[int], noise: str) -> None:
    source = through(f"/*{{}}*/{body}")
    if source:
        forms = (
            "0:{}(7): error: `a' undeclared",
            "0({}) : error C0000: no {}",
            "ERROR: 0:{}: 'x' : undeclared identifier",
        )
        log = "\n".join(forms[n % 3].replace("{}", str(line)) for n, line in enumerate(lines))
        problems = place_log(f"{noise}\n{log}", source, "fragment").problems
        assert 1 <= len(problems) <= 8 and all(problem.message and problem.where for problem in problems)


def test_shaders_cut_off_anywhere_are_translated_or_refused() -> None:
    whole = (
        '/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}], "PASSES": [{"TARGET": "a", "WIDTH": "$WIDTH/2"}, {}]}*/\n'
        "#if __VERSION__ < 130\nvarying vec2 p; // é\n#endif\nout vec4 col; /* { */ float mod(float a) { return a; }\n"
        "void main() { vec4 sample = texture2D(inputImage, vec2(1.0)); col = sample * mod(1.0) \\\n; gl_FragData[0] = col; }\n"
    )
    for end in range(0, len(whole), 3):
        through(whole[:end], whole[end:])
    scattered = random.Random(7)
    for _ in range(60):
        letters = list(whole)
        for _ in range(4):
            letters[scattered.randrange(len(letters))] = scattered.choice("{}()[];\"'*/\\\n#,é\0")
        through("".join(letters))


# -- the hostile set ---------------------------------------------------------------------------------------------------


def test_too_many_passes_inputs_or_pictures_are_refused() -> None:
    refused(f"/*{json.dumps({'PASSES': [{}] * 10_000})}*/", "10000 passes are too many")
    refused(f"/*{json.dumps({'PERSISTENT_BUFFERS': ['a'] * 10_000})}*/", "too many")
    refused(f"/*{json.dumps({'INPUTS': [{}] * 10_000})}*/", "10000 inputs are too many")
    refused(f"/*{json.dumps({'IMPORTED': {str(n): {} for n in range(10_000)}})}*/", "too many")


@pytest.mark.parametrize("size", [10**9, "1000000000", "9" * 400, 1e300, "2 * 10000", "99999.0 * 99999.0"])
def test_sizes_beyond_any_screen_are_refused(size: object) -> None:
    with pytest.raises(ShaderError, match="too"):
        isf.parse(f"/*{json.dumps({'PASSES': [{'TARGET': 'a', 'WIDTH': size}]})}*/", "x.fs")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 140 + "1" + ")" * 140, "-" * 290 + "1", "1" + "+1" * 149, "(" * 5000, "1" + "*1" * 5000,
        "lambda: 1", "[1]", "$WIDTH $HEIGHT", "floor(x=1)", "min(*$WIDTH)", "f_min", "v_WIDTH", "__builtins__", "$é",
        "1j", "True", "$", "\n\n1", "1 # 2", "1<<99", "~1", "not 1", "1;2", "f'{1}'",
    ],
)  # fmt: skip
def test_an_expression_is_a_size_or_refused_and_never_runs(text: str) -> None:
    through(f"/*{json.dumps({'PASSES': [{'TARGET': 'a', 'WIDTH': text}]})}*/{BODY}")


@pytest.mark.parametrize(
    "text", ["9**9**9", "__import__('os')", "().__class__", "'a'", "WIDTH", "floor", "min(1)", "1 if 1 else 2", "1<<99"]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    refused(f"/*{json.dumps({'PASSES': [{'TARGET': 'a', 'WIDTH': text}]})}*/{BODY}")


def test_deep_or_endless_json_is_refused() -> None:
    refused("/*" + '{"A":' * 50_000 + "*/", "too deeply")
    refused("/*" + "[" * 500_000 + "*/", "too deeply")
    refused('/*{"A": ' + "9" * 900_000 + "}*/", "too long")
    refused('/*{"A": "' + "x" * 900_000 + "*/", "closing quote")
    refused('/*{"A": "' + "\\\\" * 400_000 + "*/", "closing quote")


def test_a_million_tokens_are_refused() -> None:
    for body in ("a " * 500_000, "(" * 1_000_000, "\n" * 1_000_000):
        loaded = isf.parse(f"/*{{}}*/{body}", "x.fs")
        with pytest.raises(ShaderError, match=r"too long\n.*at most 250,000"):
            translate(loaded, Block(loaded))


def test_lost_brackets_and_words_without_end_are_translated_in_time() -> None:
    for text in (
        "(",
        "}",
        "out vec4 a ",
        "float mod(",
        "#if 1\n",
        "const ",
        "precision a;",
        "#define A \\\n",
        "/* */",
        "[0]",
    ):
        assert through("/*{}*/" + text * (100_000 // len(text)))
    assert through("/*{}*/" + "/* " * 300_000) is None


def test_nul_bytes_and_other_encodings_are_told(tmp_path: Path) -> None:
    path = tmp_path / "x.fs"
    for content, words in {
        "/*{}*/".encode("utf-16"): "UTF-16",
        b"/*{\"A\": \"\0\"}*/": "control character",
    }.items():  # fmt: skip
        path.write_bytes(content)
        with pytest.raises(ShaderError, match=words):
            isf.load(path)
    path.write_bytes(b"/*{}*/ void main() {\0}")
    loaded = isf.load(path)
    with pytest.raises(ShaderError, match="a NUL"):
        translate(loaded, Block(loaded))


def test_a_huge_file_a_pipe_or_a_device_is_refused_unread(tmp_path: Path) -> None:
    huge = tmp_path / "huge.fs"
    with huge.open("wb") as file:
        file.truncate(100 << 20)
    pipe, device, folder = tmp_path / "pipe.fs", tmp_path / "zero.fs", tmp_path / "folder.fs"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    folder.mkdir()
    for path, words in {
        huge: "too large",
        pipe: "named pipe",
        device: "a device",
        folder: "a folder",
        tmp_path / "no.fs": "no shader",
    }.items():
        with pytest.raises(ShaderError, match=words):
            isf.load(path)
    good = tmp_path / "good.fs"
    good.write_text("/*{}*/" + BODY)
    (tmp_path / "good.vs").symlink_to("/dev/zero")
    assert isf.load(good).vertex is None
    (tmp_path / "good.vert").symlink_to(huge)
    with pytest.raises(ShaderError, match="too large"):
        isf.load(good)


def test_the_worst_of_them_need_little_memory() -> None:
    program = """
import resource
from installation.errors import ShaderError
from installation.scene import isf
from installation.scene.isf_block import Block
from installation.scene.isf_glsl import translate
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for text in ("/*{}*/" + "(" * 249_000, "/*" + "[" * 1_000_000 + "*/", "/*[" + "1," * 300_000 + "1]*/"):
    try:
        parsed = isf.parse(text, "x.fs")
        translate(parsed, Block(parsed))
    except ShaderError:
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    scale = 1024 if sys.platform != "darwin" else 1
    assert int(ended.stdout) * scale < 300 << 20
