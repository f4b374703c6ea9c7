"""The command line as a curator meets it: help, lists, and what is said about every kind of mistake.

Nothing here draws; `typed` runs a command in this process, so that anything unexpected fails the test.
"""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playing import REPOSITORY, surroundings, typed
from rich.console import Console

from installation.listing import table
from shows import filled, write_show

COMMANDS = ["run", "render", "gallery", "check", "list", "cue", "new", "doctor", "schema", "data"]
DATA = ["describe", "build", "verify"]
SIX = """title: Six mistakes
colour: red
layers:
  - {name: fill, kind: shader, shader: fil.fs}
  - {name: tinted, kind: shader, shader: fill.fs, params: {tint: "#12"}}
  - {name: words, kind: txet, text: hello}
  - {name: more, kind: text, text: hello, opacity: "= sni(time)"}
  - {name: last, kind: shader, shader: fill.fs, params: {hue: 1}}
"""


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A show that is right, in ./shows/small of the working folder."""
    monkeypatch.chdir(tmp_path)
    return write_show(tmp_path / "shows" / "small", {"red": filled("#ff0000")}, "cues: [{number: 1, scene: red}]")


@pytest.fixture
def nobody() -> int:
    """A UDP port on which nothing listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


# -- help ------------------------------------------------------------------------------------------------------------


def test_help_names_every_command_in_a_sentence() -> None:
    said = typed("--help")
    assert said.code == 0
    for command in COMMANDS:
        assert f" {command} " in said.said, said.out


@pytest.mark.parametrize("words", [[c] for c in COMMANDS] + [["data", c] for c in DATA], ids=" ".join)
def test_the_help_of_a_command_says_what_it_and_its_options_do(words: list[str]) -> None:
    said = typed(*words, "--help")
    assert said.code == 0
    assert said.err == ""
    assert "Usage: installation" in said.said
    sentence = next(line.strip() for line in said.out.splitlines()[2:] if line.strip() and "Usage" not in line)
    assert sentence[0].isupper()
    for row in said.out.splitlines():  # an option without a word of help would be a row that ends with its type
        if "--" in row and "│" in row and words != ["data"]:
            assert row.strip("│ ").split()[-1] not in ("<str>", "<path>", "<bool>"), row


def test_the_version_is_a_line() -> None:
    said = typed("--version")
    assert said.code == 0
    assert said.out.startswith("installation 0.")


def test_help_and_version_load_nothing_heavy() -> None:
    heavy = ["numpy", "pydantic_core", "pyglet", "cv2", "duckdb", "av", "PIL", "starlette", "uvicorn"]
    asked = (
        "import sys; sys.argv = ['installation', *sys.argv[1:]]; from installation.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print('loaded:', *[name for name in {heavy} if name in sys.modules])"
    )
    for words in (["--help"], ["--version"]):
        command = [sys.executable, "-c", asked, *words]
        ended = subprocess.run(command, env=surroundings(), capture_output=True, text=True, check=True, timeout=60)
        assert ended.stdout.splitlines()[-1] == "loaded:"


def test_check_loads_neither_gl_nor_a_camera_nor_a_server(show: Path) -> None:
    asked = (
        "import sys; sys.argv = ['installation', 'check', 'small']; from installation.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print('loaded:', *[n for n in ('pyglet', 'cv2', 'av', 'starlette', 'uvicorn') if n in sys.modules])"
    )
    command = [sys.executable, "-c", asked]
    ended = subprocess.run(
        command, env=surroundings(), cwd=show.parent.parent, capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.splitlines() == ["small: 1 scenes, 1 cues, fine", "loaded:"]


# -- wrong usage: exit 2 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "Usage"),
        ("fly", "No such command 'fly'"),
        ("data", "Usage"),
        ("run small --fast", "No such option"),
        ("run small --size 12", '"12" is not a size'),
        ("run small --size 0x0", "is not a size"),
        ("run small --size 16384x16384", "8192x8192 at most"),
        ("run small --size 1280x72²", "is not a size"),
        ("run small --fps 0", "0.1"),
        ("run small --fps nan", "--fps"),
        ("run small --fps fast", "--fps"),
        ("run small --duration -1", "--duration"),
        ("run small --osc-port 70000", "--osc-port"),
        ("run small --console-port -2", "--console-port"),
        ("render small", "--out"),
        ("render", "what"),
        ("render small --out a.mp4", "needs --duration"),
        ("render small --out folder", "needs --duration"),
        ("render small --out a.png --duration 1", "one still"),
        ("render small --out a.png --from 1", "one still"),
        ("render small --out a.mp4 --duration 1 --at 1", "--from"),
        ("render small --out a.png --at inf", "--at"),
        ("render small --out a.png --at nan", "--at"),
        ("render small --out a.png --reveal 2", "--reveal"),
        ("render small --out a.png --reveal nan", "--reveal"),
        ("render small --out a.png --seed -1", "--seed"),
        ("render small --out a.png --seed x", "--seed"),
        ("render small --out a.png --frames 0", "--frames"),
        ("render small --out a.png --set tint", '"tint" is not NAME=VALUE'),
        ("render small --out a.png --set =1", "is not NAME=VALUE"),
        ("list things", "shows, scenes, layers"),
        ("list scenes bloom.fs", "takes no name"),
        ("schema thing", "'show', 'scene', 'site'"),
        ("cue", "verb"),
        ("cue fly", 'there is no verb "fly"'),
        ("cue statsu", 'did you mean "status"'),
        ("cue reveal", "reveal LEVEL [SECONDS]"),
        ("cue reveal half", '"half" should be numbers'),
        ("cue set opacity 1", "set ADDRESS VALUE"),
        ("cue set /a", "set ADDRESS VALUE"),
        ("cue get", "get ADDRESS"),
        ("cue stop now", "stop needs more, or less"),
        ("cue go --port 0", "--port"),
        ("data fly", "No such command"),
    ],
)
def test_wrong_usage_is_told_and_ends_with_two(show: Path, line: str, said: str) -> None:
    ended = typed(*line.split())
    assert (ended.code, said in ended.said) == (2, True), ended.said
    assert "Traceback" not in ended.said


# -- problems: exit 1 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("run smal", 'there is no show "smal" did you mean "small"'),
        ("run .", "this is not a show"),
        ("run small --site nowhere.yaml", "there is no such file"),
        ("run small --site .", "."),
        ("check smal", "1 problem"),
        ("check small smal .", "2 problems"),
        ("render smal --out a.png", 'there is no show "smal"'),
        ("render small/rad --out a.png", "there is no such scene"),
        ("render fil.fs --out a.png", 'there is no shader "fil.fs"'),
        ("render small --out a.png --image nothing.png", 'there is no picture or film "nothing.png"'),
        ("list params --show smal", 'there is no show "smal"'),
        ("list params blom.fs", 'did you mean "bloom.fs"?'),
        ("schema scene --show smal", 'there is no show "smal"'),
        ("list scenes --show smal", 'there is no show "smal"'),
        ("data describe doctors", 'did you mean "doctors-drain"'),
        ("data verify doctors", 'did you mean "doctors-drain"'),
        ("data build doctors", 'did you mean "doctors-drain"'),
        ("new Small", "can't be a show's name"),
        ("new small", "is there already"),
        ("new other --in shows/small/show.yaml", "can't be written"),
        ("schema --out shows", "can't be written"),
        ("schema --out shows/small/show.yaml/a", "can't be written"),
    ],
)
def test_a_problem_is_told_and_ends_with_one(show: Path, line: str, said: str) -> None:
    ended = typed(*line.split())
    assert (ended.code, said in ended.said) == (1, True), ended.said
    assert "Traceback" not in ended.said


@pytest.mark.parametrize("verb", ["go", "status", "get /reveal/lens", "set /reveal/lens -0.5", "reveal 1 -2"])
def test_a_cue_without_an_engine_says_that_nobody_listens(nobody: int, verb: str) -> None:
    ended = typed("cue", "--port", nobody, *verb.split())
    assert ended.code == 1
    assert f"nothing listens for OSC on 127.0.0.1, port {nobody}" in ended.said


def test_a_host_that_is_none_is_told() -> None:
    ended = typed("cue", "--host", "no host", "go")
    assert (ended.code, '"no host" is not a host' in ended.said) == (1, True)


def test_a_scene_with_six_mistakes_has_six_messages_with_places(show: Path) -> None:
    (show / "scenes" / "red.yaml").write_text(SIX, "utf-8")
    ended = typed("check", "small")
    assert ended.code == 1
    places = [line for line in ended.err.splitlines() if line.startswith("shows/small/scenes/red.yaml:")]
    assert [line.split(":")[1] for line in places] == ["2", "4", "5", "6", "7", "8"], ended.err
    assert ended.err.rstrip().endswith("6 problems")
    assert 'did you mean "fill.fs"' in ended.said
    assert 'did you mean "sin"' in ended.said
    assert "Traceback" not in ended.said


def test_a_site_file_with_mistakes_is_told_line_by_line(show: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("fps: fast\nocs: {port: 9}\nconsole: {port: 99999}\n", "utf-8")
    ended = typed("run", "small", "--site", site)
    assert ended.code == 1
    for line in ("site.yaml:1:", "site.yaml:2:", "site.yaml:3:"):
        assert line in ended.err


def test_a_dataset_without_the_column_is_told(show: Path) -> None:
    scene = """title: No column
datasets: {world: dental-equity-world}
tables: {teeth: {from: world.teeth}}
layers:
  - name: teeth
    kind: marks
    table: teeth
    key: tooth
    layout: {kind: grid, columns: 8}
    bind: {size: {column: sugarr, domain: [0, 200], range: [0, 1]}}
"""
    (show / "scenes" / "red.yaml").write_text(scene, "utf-8")
    ended = typed("check", "small")
    assert ended.code == 1
    assert "shows/small/scenes/red.yaml:10:27:" in ended.err
    assert 'did you mean "sugar"' in ended.said


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=400))
def test_random_bytes_as_a_show_are_told(show: Path, noise: bytes) -> None:
    (show / "show.yaml").write_bytes(noise)
    ended = typed("check", "small")
    assert ended.code == 1
    assert "show.yaml" in ended.err
    assert "Traceback" not in ended.said


WORDS = [*COMMANDS, "small", "small/red", "--out", "a.png", "--set", "--size", "64x36", "--at", "status", "go", "set"]
WORDS += ["--", "-1", "/", "=", "nan", "\x1b[31m", "[red]", "ü", " ", "--cue", "1", "--help", "[/", "params", "\\"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.sampled_from(["check", "list", "cue", "data", "schema"]), more=st.lists(st.sampled_from(WORDS), max_size=4)
)
def test_any_words_end_with_a_known_code_and_no_traceback(show: Path, first: str, more: list[str]) -> None:
    ended = typed(first, *more)
    assert ended.code in (0, 1, 2)
    assert "Traceback" not in ended.said


# -- what there is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "there"),
    [
        ("shows", ["small", "living_smiles"]),
        ("scenes", ["red", "One colour"]),
        ("layers", ["shader", "marks", "flows", "camera", "text", "media", "group"]),
        ("shaders", ["dissolve.fs", "transition"]),
        ("datasets", ["dental-equity-world", "living-smiles-2142", "fiction"]),
        ("params", ["/scene/red/fill/opacity", "/scene/red/fill/tint"]),
        ("cues", ["1", "scene red"]),
        ("cameras", ["synthetic"]),
        ("audio", ["channels", "rates in Hz"]),
    ],
)
def test_a_list_holds_what_there_is(show: Path, what: str, there: list[str]) -> None:
    ended = typed("list", what, "--show", "small")
    assert ended.code == 0
    for word in there:
        assert word in ended.said


def test_a_broken_show_is_listed_and_not_in_the_way(show: Path) -> None:
    (show / "show.yaml").write_text("{", "utf-8")
    ended = typed("list", "shows")
    assert ended.code == 0
    assert "installation check small" in ended.said


@pytest.mark.parametrize("kind", ["show", "scene", "site"])
def test_a_schema_is_json_on_the_standard_output_or_in_a_file(kind: str, tmp_path: Path) -> None:
    printed = typed("schema", kind)
    assert typed("schema", kind, "--out", tmp_path / "a.json").code == 0
    assert json.loads(printed.out) == json.loads((tmp_path / "a.json").read_text("utf-8"))


def test_a_dataset_is_described_with_its_source_and_licence() -> None:
    ended = typed("data", "describe", "living-smiles-2142")
    assert ended.code == 0
    assert "FICTION" in ended.out


def test_the_shipped_shows_and_datasets_are_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    assert typed("data", "verify").code == 0
    checked = typed("check")
    assert (checked.code, checked.err) == (0, "")


def test_the_parameters_of_every_shader_are_listed_without_a_show(show: Path) -> None:
    every = typed("list", "params").said
    assert "bloom.fs" in every and "How much light runs over" in every and "fill.fs" not in every
    one = typed("list", "params", "bloom.fs").said
    assert "amount float 0 to 2 0.35 0 How much light runs over" in one and "vignette.fs" not in one
    own = typed("list", "params", "fill.fs", "--show", "small").said
    assert "tint color" in own
    assert "fill.fs" in typed("list", "shaders", "--show", "small").out


def test_words_in_brackets_stand_in_a_table_as_they_are() -> None:
    shown = Console(width=120, file=io.StringIO())
    shown.print(table(("what", "to try"), [("none", 'pip install "installation[midi]"')]))
    assert 'installation[midi]"' in cast(io.StringIO, shown.file).getvalue()


def test_the_help_of_cue_lists_every_verb() -> None:
    from installation.remote import VERBS

    told = set(typed("cue", "--help").said.replace(",", " ").split())
    assert not VERBS.keys() - told
