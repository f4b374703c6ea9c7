"""Live editing with real files, a real watcher and the real process in which shaders are tried."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from installation.gpu.device import Device
from installation.live import Live
from installation.render.trial import Trial
from installation.scene.load import load_playable
from installation.tried import remember, tried, without_hanging
from shows import FILL, Stage, filled, write_show

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
CUES = "cues:\n  - {number: 1, scene: one, fade: 0}\n"
PLAIN = "/*{}*/\nvoid main() { gl_FragColor = vec4(COLOR, 1.0); }\n"
ENDLESS = """/*{"INPUTS": [{"NAME": "v", "TYPE": "float"}]}*/
void main() { float x = v; while (true) { x += sin(x) * v; if (x > 1e9) break; } gl_FragColor = vec4(x); }
"""
COUNTER = """/*{"PASSES": [{"TARGET": "kept", "PERSISTENT": true, "FLOAT": true}, {}]}*/
void main() {
  vec4 old = IMG_THIS_PIXEL(kept);
  gl_FragColor = PASSINDEX == 0 ? old + vec4(1.0 / 255.0, 0.0, 0.0, 0.0) : vec4(old.r, EXTRA, 0.0, 1.0);
}
"""


def plain(color: str) -> str:
    return PLAIN.replace("COLOR", color)


def counter(extra: str) -> str:
    return COUNTER.replace("EXTRA", extra)


class Edited:
    """A show that plays while its files are edited."""

    def __init__(self, device: Device, folder: Path, trial: Trial) -> None:
        show, problems = load_playable(folder)
        self.folder = folder
        self.stage = Stage(device, show, live=True, fps=1.0)  # never late: the governor keeps still
        self.stage.engine.file_problems = problems
        assert trial.start()
        self.live = Live(self.stage.engine, trial).start()
        self.frames = 0
        self.play()
        time.sleep(0.3)  # the watcher has no other way to say that it watches

    def play(self) -> tuple[int, int, int]:
        """One frame, and the colour in the middle of it."""
        picture = self.stage.play()
        self.stage.engine.work(0.004)
        self.frames += 1
        red, green, blue = (int(c) for c in picture[9, 16, :3])
        return red, green, blue

    def until(self, found: Callable[[], object], what: str) -> None:
        """Plays on until something is so; fails when it isn't within seconds."""
        deadline = time.monotonic() + 20
        while not found():
            assert time.monotonic() < deadline, f"waited for {what}; {self.told()}"
            self.play()
            time.sleep(0.005)

    def shows(self, color: tuple[int, int, int]) -> None:
        self.until(lambda: self.play() == color, f"{color} on the wall")

    def told(self) -> str:
        return "\n".join(str(problem) for problem in self.stage.engine.file_problems)

    def tells(self, words: str) -> None:
        self.until(lambda: words in self.told(), f'"{words}" in the status')

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8")

    def close(self) -> None:
        self.live.close()
        self.stage.close()


Open = Callable[..., Edited]


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    made = Trial()
    yield made
    made.close()


@pytest.fixture
def edit(device: Device, tmp_path: Path, trial: Trial) -> Iterator[Open]:
    opened: list[Edited] = []

    def open_(
        scenes: Mapping[str, str] | None = None, cues: str = CUES, data: Mapping[str, str] | None = None, **shaders: str
    ) -> Edited:
        made = {f"{name}.fs": text for name, text in shaders.items()}
        folder = write_show(tmp_path / "show", scenes or {"one": layer("a.fs")}, cues, made)
        (folder / "data").mkdir()
        for name, text in (data or {}).items():
            (folder / "data" / name).write_text(text, "utf-8")
        opened.append(Edited(device, folder, trial))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


def layer(shader: str, more: str = "") -> str:
    return f"title: One\nlayers:\n  - {{name: top, kind: shader, shader: {shader}{more}}}\n"


def test_a_saved_shader_is_on_the_wall(edit: Open) -> None:
    show = edit(a=plain("1.0, 0.0, 0.0"))
    show.shows(RED)
    show.write("shaders/a.fs", plain("0.0, 1.0, 0.0"))
    show.shows(GREEN)


def test_a_saved_scene_is_on_the_wall(edit: Open) -> None:
    show = edit({"one": filled("#ff0000")})
    show.shows(RED)
    show.write("scenes/one.yaml", filled("#00ff00"))
    show.shows(GREEN)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (plain("undeclared"), "undeclared"),
        ("/*{]*/ void main() {}", "JSON"),
        ("", "header"),
        (PLAIN, "COLOR"),
        (ENDLESS, "test frame"),
    ],
)
def test_what_does_not_work_is_told_and_the_last_version_that_did_plays_on(edit: Open, broken: str, told: str) -> None:
    show = edit(a=plain("1.0, 0.0, 0.0"))
    show.write("shaders/a.fs", broken)
    show.tells(told)
    assert "shaders/a.fs" in show.told()
    assert show.play() == RED
    show.write("shaders/a.fs", plain("0.0, 0.0, 1.0"))
    show.shows(BLUE)
    show.until(lambda: not show.told(), "an empty list of problems")


def test_a_scene_that_does_not_load_leaves_the_last_that_did(edit: Open) -> None:
    show = edit({"one": filled("#ff0000")})
    show.write("scenes/one.yaml", "title: One\nlayers: [{name: a, kind: shadr}]\n")
    show.tells("shadr")
    assert show.play() == RED


def test_a_performers_value_survives_a_reload_and_the_files_do_not(edit: Open) -> None:
    two = FILL.replace("tint;", "vec4(tint.r, level, 0.0, 1.0);").replace(
        "[{", '[{"NAME": "level", "TYPE": "float", "DEFAULT": 0.0}, {'
    )
    show = edit({"one": layer("fill.fs", ", params: {tint: '#ff0000'}")})
    show.stage.say("/scene/one/top/tint", 0.0, 0.0, 1.0, 1.0)
    show.shows(BLUE)
    show.write("shaders/fill.fs", two)
    show.until(lambda: "/scene/one/top/level" in show.stage.engine.params, "the new parameter")
    show.shows((0, 0, 0))
    show.write("shaders/fill.fs", FILL)
    show.until(lambda: "/scene/one/top/level" not in show.stage.engine.params, "the parameter's end")
    show.shows(BLUE)
    show.write("scenes/one.yaml", layer("fill.fs", ", params: {tint: '#00ff00'}"))
    time.sleep(0.3)
    show.play()
    show.stage.say("/reset")
    show.shows(GREEN)


def test_a_performers_value_comes_back_with_its_parameter_and_its_range(edit: Open) -> None:
    def level(name: str, most: int) -> str:
        header = f'{{"INPUTS": [{{"NAME": "{name}", "TYPE": "float", "MIN": 0, "MAX": {most}}}]}}'
        return f"/*{header}*/\nvoid main() {{ gl_FragColor = vec4(0.0, {name} / 255.0, 0.0, 1.0); }}"

    show = edit(a=level("level", 200))
    show.stage.say("/scene/one/top/level", 150.0)
    show.shows((0, 150, 0))
    show.write("shaders/a.fs", level("level", 100))
    show.shows((0, 100, 0))
    show.write("shaders/a.fs", level("level", 200))
    show.shows((0, 150, 0))
    show.write("shaders/a.fs", level("height", 200))
    show.shows((0, 100, 0))
    show.write("shaders/a.fs", level("level", 200))
    show.shows((0, 150, 0))


def test_what_a_shader_has_grown_survives_its_edit_and_that_of_its_neighbours(edit: Open) -> None:
    show = edit(a=counter("0.0"))
    show.until(lambda: show.play()[0] > 20, "some growth")
    show.write("shaders/a.fs", counter("1.0"))
    grown = show.play()[0]
    show.until(lambda: show.play()[1] == 255, "the edit")
    assert show.play()[0] >= min(grown, 250)
    show.write("scenes/one.yaml", layer("a.fs") + "  - {name: words, kind: text, text: '', blend: add}\n")
    show.until(lambda: "/scene/one/words/opacity" in show.stage.engine.params, "the new layer")
    assert show.play()[0] >= min(grown, 250)


def test_files_that_are_deleted_renamed_or_replaced_leave_the_wall_as_it_is(edit: Open) -> None:
    show = edit(a=plain("1.0, 0.0, 0.0"))
    path = show.folder / "shaders" / "a.fs"
    path.rename(path.with_name("b.fs"))
    show.tells("gone")
    assert show.play() == RED
    swap = path.with_name(".a.fs.swp")
    swap.write_text(plain("0.0, 1.0, 0.0"), "utf-8")
    os.replace(swap, path)
    show.shows(GREEN)
    (show.folder / "scenes" / "one.yaml").unlink()
    show.tells("one.yaml")
    assert show.play() == GREEN
    show.write("scenes/spare.yaml", filled("#0000ff"))
    show.until(lambda: "spare" in show.stage.engine.show.scenes, "a scene that no cue goes to")
    (show.folder / "scenes" / "spare.yaml").unlink()
    show.until(lambda: "spare" not in show.stage.engine.show.scenes, "its end")
    assert "spare" not in show.told()
    show.write("scenes/spare.yaml", filled("#ffff00"))
    show.until(lambda: "spare" in show.stage.engine.show.scenes, "its return")
    show.stage.say("/scene/spare/go", 0.0)
    show.shows((255, 255, 0))


def test_a_save_that_arrives_in_two_halves_ends_well(edit: Open) -> None:
    show = edit(a=plain("1.0, 0.0, 0.0"))
    text = plain("0.0, 1.0, 0.0")
    with (show.folder / "shaders" / "a.fs").open("w", encoding="utf-8") as file:
        file.write(text[:20])
        file.flush()
        show.tells("a.fs")
        assert show.play() == RED
        file.write(text[20:])
    show.shows(GREEN)


def test_of_ten_saves_in_a_second_the_last_one_that_works_is_shown(edit: Open) -> None:
    show = edit(a=plain("1.0, 0.0, 0.0"))
    for number in range(10):
        show.write("shaders/a.fs", plain(f"0.0, 0.{number}, 0.0") if number % 3 else plain("nothing"))
        time.sleep(0.1)
        assert show.play() != (0, 0, 0) or number
    show.write("shaders/a.fs", plain("0.0, 0.0, 1.0"))
    show.shows(BLUE)


def test_an_edited_cue_list_keeps_its_place_and_a_new_scene_can_be_cued(edit: Open) -> None:
    show = edit({"one": filled("#ff0000")})
    show.write("scenes/two.yaml", filled("#00ff00"))
    show.until(lambda: "two" in show.stage.engine.show.scenes, "the new scene")
    more = "title: Test\ncues:\n  - {number: 0.5, scene: two, fade: 0}\n  - {number: 1, scene: one, fade: 0}\n"
    show.write("show.yaml", more + "  - {number: 2, scene: two, fade: 0}\n")
    show.until(lambda: len(show.stage.engine.cues.cues) == 3, "the new cues")
    assert show.stage.engine.cues.current is not None and show.stage.engine.cues.current.number == "1"
    show.stage.say("/go/2")
    show.shows(GREEN)
    show.write("show.yaml", more + "  - {number: 2, scene: three}\n")
    show.tells("three")
    assert len(show.stage.engine.cues.cues) == 3


def test_what_a_show_takes_only_when_it_opens_is_said(edit: Open) -> None:
    show = edit({"one": filled("#ff0000")})
    show.write("show.yaml", "title: Test\nseed: 1\ncanvas: {width: 640, height: 360}\n" + CUES)
    show.tells("another canvas is taken when the show opens")
    assert "show.yaml:3" in show.told()
    assert show.play() == RED


def test_a_scene_that_was_wrong_from_the_start_plays_once_it_is_mended(edit: Open) -> None:
    show = edit(
        {"one": filled("#ff0000"), "two": "title: Two\nlayers: 3\n"}, CUES + "  - {number: 2, scene: two, fade: 0}\n"
    )
    assert "two.yaml" in show.told()
    show.write("scenes/two.yaml", filled("#0000ff"))
    show.until(lambda: "two" in show.stage.engine.show.scenes, "the mended scene")
    show.until(lambda: not show.told(), "an empty list of problems")
    show.stage.say("/go/2")
    show.shows(BLUE)


def test_an_edited_transition_is_used_from_then_on(edit: Open) -> None:
    wipe = """/*{"INPUTS": [{"NAME": "startImage", "TYPE": "image"}, {"NAME": "endImage", "TYPE": "image"},
      {"NAME": "progress", "TYPE": "float"}]}*/ void main() { gl_FragColor = vec4(COLOR, 1.0); }"""
    cues = CUES + "  - {number: 2, scene: two, fade: 3600, transition: a.fs}\n"
    show = edit({"one": filled("#ff0000"), "two": filled("#00ff00")}, cues, a=wipe.replace("COLOR", "0.0, 0.0, 1.0"))
    show.stage.say("/go/2")
    show.shows(BLUE)
    show.write("shaders/a.fs", wipe.replace("COLOR", "1.0, 1.0, 0.0"))
    show.shows((255, 255, 0))


def test_a_folder_that_goes_and_comes_back_is_watched_again(edit: Open) -> None:
    show = edit(a=plain("1.0, 0.0, 0.0"))
    show.folder.rename(show.folder.with_name("away"))
    show.tells("gone")
    assert show.play() == RED
    show.folder.with_name("away").rename(show.folder)
    show.until(lambda: not show.told(), "an empty list of problems")
    show.write("shaders/a.fs", plain("0.0, 1.0, 0.0"))
    show.shows(GREEN)


def test_a_folder_that_takes_the_place_of_the_shows_is_read_anew(edit: Open) -> None:
    show = edit(a=plain("1.0, 0.0, 0.0"))
    other = write_show(show.folder.with_name("other"), {"one": layer("a.fs")}, CUES, {"a.fs": plain("0.0, 1.0, 0.0")})
    show.folder.rename(show.folder.with_name("old"))
    other.rename(show.folder)
    show.shows(GREEN)


def test_reloads_leave_nothing_behind_on_the_device(edit: Open, device: Device) -> None:
    show = edit(a=counter("0.0"))
    show.until(lambda: show.play()[0] > 2, "some growth")
    device.free_doomed()
    before = dict(device.live)
    for number in range(6):
        show.write("shaders/a.fs", counter("1.0" if number % 2 == 0 else "0.0"))
        show.until(lambda wanted=255 * (number % 2 == 0): show.play()[1] == wanted, "the edit")
    assert dict(device.live) == before


def test_a_show_with_a_shader_that_never_ends_opens_without_that_layer(
    device: Device, tmp_path: Path, trial: Trial
) -> None:
    scene = filled("#ff0000") + "  - {name: top, kind: shader, shader: a.fs}\n"
    show, _ = load_playable(write_show(tmp_path / "show", {"one": scene}, CUES, {"a.fs": ENDLESS}))
    stage = Stage(device, without_hanging(show, trial))
    assert tuple(stage.play()[9, 16, :3]) == RED
    (problem,) = stage.problems()
    assert "test frame" in problem
    assert "shaders/a.fs" in problem
    assert tried(show.scenes["one"].shaders["fill.fs"])
    stage.close()


def test_a_shader_that_was_tried_is_not_tried_again(device: Device, tmp_path: Path) -> None:
    folder = write_show(tmp_path / "show", {"one": layer("a.fs")}, CUES, {"a.fs": plain("0.123, 0.0, 0.0")})
    show, _ = load_playable(folder)

    class Never:
        def refuse(self, *_: object) -> None:
            raise AssertionError("it was tried again")

    remember(show.scenes["one"].shaders["a.fs"])
    assert without_hanging(show, Never()) is show  # type: ignore[arg-type]


def test_a_save_does_not_wait_for_a_shader_that_hangs(edit: Open) -> None:
    show = edit(
        {"one": layer("a.fs"), "two": filled("#0000ff")},
        CUES + "  - {number: 2, scene: two, fade: 0}\n",
        a=plain("1.0, 0.0, 0.0"),
    )
    show.write("shaders/a.fs", ENDLESS)
    time.sleep(0.3)
    show.write("scenes/two.yaml", filled("#00ff00"))
    show.stage.say("/go/2")
    show.shows(GREEN)
    assert "test frame" not in show.told()
    show.tells("test frame")
    show.write("shaders/a.fs", plain("0.0, 1.0, 0.0"))
    show.until(lambda: not show.told(), "an empty list of problems")


def test_a_shader_is_mended_while_its_endless_version_is_tried(edit: Open) -> None:
    show = edit(a=plain("1.0, 0.0, 0.0"))
    show.write("shaders/a.fs", ENDLESS)
    time.sleep(0.3)
    show.write("shaders/a.fs", plain("0.0, 1.0, 0.0"))
    show.shows(GREEN)
    assert not show.told()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_stalled_trial_is_not_blamed_on_the_shader(device: Device, tmp_path: Path) -> None:
    folder = write_show(tmp_path / "show", {"one": layer("a.fs")}, CUES, {"a.fs": plain("1.0, 0.0, 0.0")})
    shader = load_playable(folder)[0].scenes["one"].shaders["a.fs"]
    trial = Trial(deadline=1.0)
    try:
        assert trial.start()
        assert trial._process is not None
        trial._process.send_signal(signal.SIGSTOP)
        assert trial.refuse(shader) == ()
    finally:
        trial.close()


def test_a_trial_that_is_killed_is_replaced(device: Device, tmp_path: Path) -> None:
    folder = write_show(tmp_path / "show", {"one": layer("a.fs")}, CUES, {"a.fs": plain("1.0, 0.0, 0.0")})
    shader = load_playable(folder)[0].scenes["one"].shaders["a.fs"]
    trial = Trial()
    try:
        assert trial.refuse(shader) == ()
        assert trial._process is not None
        trial._process.kill()
        assert trial.refuse(shader) == ()
    finally:
        trial.close()


def test_the_watcher_does_not_touch_what_is_drawn(edit: Open) -> None:
    show = edit(a=plain("1.0, 0.0, 0.0"))
    before = show.stage.play()
    show.write("shaders/unused.fs", plain("0.0, 1.0, 0.0"))
    time.sleep(0.3)
    assert np.array_equal(show.stage.play(), before)


# -- a curator's own data ----------------------------------------------------------------------------------------------

RISE = """/*{"INPUTS": [{"NAME": "level", "TYPE": "float", "DEFAULT": 0.0, "MIN": 0.0, "MAX": 1.0}]}*/
void main() { gl_FragColor = vec4(level, 0.0, 0.0, 1.0); }
"""


def risen(level: str = "= max(teeth.share)", file: str = "data/teeth.csv", sql: str = "from: teeth") -> str:
    """A scene as red as the highest share of a file."""
    head = f"title: One\ndatasets: {{teeth: {file}}}\ntables: {{teeth: {{{sql}}}}}\n"
    return f"{head}layers:\n  - {{name: top, kind: shader, shader: rise.fs, params: {{level: '{level}'}}}}\n"


def teeth(*shares: object) -> str:
    return "place,share\n" + "".join(f"P{i},{share}\n" for i, share in enumerate(shares))


def test_a_saved_data_file_is_on_the_wall(edit: Open) -> None:
    show = edit({"one": risen()}, data={"teeth.csv": teeth(0.0, 0.2)}, rise=RISE)
    show.shows((51, 0, 0))
    show.write("data/teeth.csv", teeth(0.0, 1.0))
    show.shows(RED)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("place,share\nP1,inf\nP2,1\n", 'teeth.csv:2: "share" is "inf"'),
        ("place,share\nP1,1\nP2\n", "teeth.csv:3: 1 cell; expected 2"),
        ("place,part\nP1,1\n", 'table "teeth" has no column "share"'),
        ("place,share\nP1,a lot\n", 'column "share" holds text'),
        ("place,share\n", "has no rows"),
        ("", "the file is empty"),
    ],
)
def test_a_data_file_that_can_not_be_used_leaves_the_last_good_table(edit: Open, broken: str, told: str) -> None:
    show = edit({"one": risen()}, data={"teeth.csv": teeth(1.0)}, rise=RISE)
    show.shows(RED)
    show.write("data/teeth.csv", broken)
    show.tells(told)
    assert "one.yaml" in show.told() and show.play() == RED
    show.write("data/teeth.csv", teeth(0.2))
    show.shows((51, 0, 0))
    show.until(lambda: not show.told(), "an empty list of problems")


def test_a_data_file_that_goes_leaves_the_last_good_table(edit: Open) -> None:
    show = edit({"one": risen()}, data={"teeth.csv": teeth(1.0)}, rise=RISE)
    (show.folder / "data" / "teeth.csv").unlink()
    show.tells('there is no file "data/teeth.csv"')
    assert show.play() == RED


def test_a_descriptor_that_comes_rules_and_one_that_says_fiction_is_in_the_frame(edit: Open) -> None:
    show = edit({"one": risen()}, data={"teeth.csv": teeth(1.0, 0.2)}, rise=RISE)
    show.shows(RED)
    assert not show.stage.engine.wall.fiction
    field = '{"name": "place"}, {"name": "share", "type": "number", "missingValues": ["1.0"]}'
    show.write(
        "data/teeth.csv.json",
        f'{{"fiction": true, "resources": [{{"path": "teeth.csv", "schema": {{"fields": [{field}]}}}}]}}',
    )
    show.shows((51, 0, 0))
    show.until(lambda: show.stage.engine.wall.fiction, "the word FICTION")


def test_only_the_tables_of_a_saved_data_file_are_new(edit: Open) -> None:
    show = edit(
        {"one": risen(), "two": risen(file="data/other.csv")},
        data={"teeth.csv": teeth(0.0), "other.csv": teeth(0.0)},
        rise=RISE,
    )
    before = show.stage.engine.show.scenes
    show.write("data/teeth.csv", teeth(1.0))
    show.shows(RED)
    after = show.stage.engine.show.scenes
    assert after["two"].tables["teeth"] is before["two"].tables["teeth"]
    assert after["one"].tables["teeth"] is not before["one"].tables["teeth"]


def test_a_saved_file_whose_rows_are_the_same_changes_nothing_that_is_drawn(edit: Open) -> None:
    sql = 'sql: "SELECT place, share FROM teeth WHERE share < 0.5"'
    show = edit({"one": risen(sql=sql)}, data={"teeth.csv": teeth(0.2, 0.9)}, rise=RISE)
    before = show.stage.engine.show.scenes["one"]
    show.write("data/teeth.csv", teeth(0.2, 0.8))
    show.until(lambda: show.stage.engine.show.scenes["one"] is not before, "the new reading")
    assert show.stage.engine.show.scenes["one"].tables["teeth"] is before.tables["teeth"]
    assert show.play() == (51, 0, 0)


def test_fiction_that_is_left_in_what_a_shader_has_grown_keeps_its_word_until_it_is_gone(edit: Open) -> None:
    made_up = "datasets: {ls: living-smiles-2142}\ntables: {places: {from: ls.ls_places}}\n"
    words = "  - {name: words, kind: text, text: '', blend: add}\n"
    show = edit({"one": made_up + layer("a.fs"), "two": filled("#00ff00")}, a=counter("0.0"))
    wall = show.stage.engine.wall
    show.until(lambda: show.play()[0] > 20, "some growth")
    assert wall.fiction
    params = show.stage.engine.params
    show.write("scenes/one.yaml", layer("a.fs") + words)
    show.until(lambda: "/scene/one/words/opacity" in params, "the edit")
    assert show.play()[0] > 20 and wall.fiction
    show.write("scenes/one.yaml", layer("a.fs"))
    show.until(lambda: "/scene/one/words/opacity" not in params, "the second edit")
    assert show.play()[0] > 20 and wall.fiction
    show.stage.say("/scene/two/go", 0)
    show.shows(GREEN)
    assert not wall.fiction
    show.stage.say("/scene/one/go", 0)
    show.until(lambda: wall.playing is not None and wall.playing.name == "one", "the scene anew")
    assert show.play()[0] < 20 and not wall.fiction
