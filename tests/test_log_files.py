"""The log's files: cut off, damaged, or made to harm, they are read up to the last whole line, or refused in one message."""

from __future__ import annotations

import base64
import gzip
import json
import os
import signal
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import Playing, run, typed, until

from installation.errors import DataError, InstallationError
from installation.inputs.sense import Sense
from installation.logbook import keeping, records
from installation.logbook.nights import find_night, moment_of
from installation.logbook.records import Note, Taken
from installation.logbook.replay import Replay, opened_of
from installation.logbook.segments import Appender, Reader
from installation.logbook.stand_ins import figures, heard_of
from shows import filled, write_show

HEAD = {
    "log": 1,
    "night": "2026-11-23_195500",
    "part": 1,
    "began": "2026-11-23T19:55:00+01:00",
    "show": {"name": "s", "title": "S", "folder": "/nowhere"},
    "scenes": ["a"],
    "refused": [],
    "size": [32, 18],
    "renderer": "none",
    "shapes": False,
    "version": "0",
    "cue": None,
    "seed": 1,
    "fps": 60.0,
    "site": {"flash_guard": {}, "smoothing": {}},
}
NAME = "2026-11-23_195500-0001.jsonl.gz"
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
ARGS = st.one_of(
    st.booleans(),
    st.integers(-(2**31), 2**31),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.binary(max_size=20),
)
SENSE = Sense(
    np.arange(144, dtype=np.uint8).reshape(9, 16),
    np.linspace(-2, 2, 288, dtype=np.float32).astype(np.float16).astype(np.float32).reshape(9, 16, 2),
    *(0.123456789, 0.5, (0.25, 0.75), 2, 9, 0.0, "device:0", True),
)


def write(path: Path, lines: list[bytes], each: int = 3) -> None:
    appender = Appender(path)
    for at in range(0, len(lines), each):
        appender.append(b"".join(lines[at : at + each]))
    appender.close()


def read(path: Path) -> tuple[list[bytes], bool]:
    reader = Reader(path)
    return list(reader.lines()), reader.cut


@settings(max_examples=40)
@given(st.lists(st.binary(max_size=60).map(lambda b: b.replace(b"\n", b"")), max_size=12), st.integers(1, 4), st.data())
def test_a_file_that_ends_anywhere_gives_its_first_lines(
    tmp_path_factory: pytest.TempPathFactory, texts: list[bytes], each: int, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("log") / NAME
    write(path, [text + b"\n" for text in texts], each)
    if texts:
        assert read(path) == (texts, False)
        assert gzip.decompress(path.read_bytes()) == b"".join(text + b"\n" for text in texts)
    cut = data.draw(st.integers(0, max(path.stat().st_size - 1, 0)))
    path.write_bytes(path.read_bytes()[:cut])
    if cut < 2:
        return
    found, _ = read(path)
    assert found == texts[: len(found)]


@settings(max_examples=50)
@given(st.data())
def test_whatever_bytes_a_log_has_there_is_one_clear_message_or_none(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("log")
    frame = records.line(records.frame(Taken(1, 0.1, 0.1, (2026.0, 1.0, 1.0, 5.0), sense=SENSE), True))
    write(folder / NAME, [records.line(HEAD), frame, frame])
    content = bytearray((folder / NAME).read_bytes())
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=6)):
        content[at] = value
    (folder / NAME).write_bytes(bytes(content))
    night = find_night(None, folder)
    try:
        opened_of(night.head(), folder)
        for record in night.records():
            if "f" in record:
                records.taken_of(record, None, None)
    except DataError as error:
        assert len(error.problems) == 1
    except ValueError:
        pass  # a frame that is none: told by whoever draws it


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from([*HEAD, "f", "t", "d", "at", "see", "hear", "do", "edit", "late"]), ANY))
def test_hostile_records_are_refused_in_words(record: dict[str, Any]) -> None:
    with pytest.raises(DataError):
        opened_of({**record, "size": [10**9, 1]}, Path("x"))
    for what in (lambda: opened_of(record, Path("x")), lambda: opened_of({**HEAD, **record}, Path("x"))):
        try:
            what()
        except InstallationError as error:
            assert len(error.problems) == 1
    for parse in (
        lambda: records.taken_of({"f": 1, "t": 0, "d": 0, "at": [1, 1, 1, 1], **record}, None, None),
        lambda: records.sense_of({"size": [4, 4], **_dict(record.get("see"))}, figures),
        lambda: heard_of(record.get("hear"), None),
    ):
        try:
            parse()
        except (ValueError, KeyError, TypeError, IndexError, OverflowError):
            pass  # what `Replay.frames` tells as one problem


def test_a_damaged_shape_and_a_standing_that_is_none_are_refused_in_words() -> None:
    told = records.seen(SENSE, True)
    for mask in ("AAAA", base64.b64encode(b"not packed").decode()):
        with pytest.raises(ValueError):
            records.sense_of({**told, "mask": mask}, figures)
    with pytest.raises(ValueError):
        records.taken_of({"f": 1, "t": 0, "d": 0, "at": [1, 1, 1, 1], "standing": "upright"}, None, None)


@pytest.mark.gl
def test_a_file_that_none_can_be_called_is_refused_in_words(device: Any, tmp_path: Path) -> None:
    head = {**HEAD, "show": {"name": "s", "title": "S", "folder": str(tmp_path / "show")}}
    named = records.line({"files": {"show/\ud800.yaml": "0" * 64}})
    (tmp_path / NAME).write_bytes(gzip.compress(records.line(head) + named))
    with pytest.raises(DataError, match="can't be laid out"):
        Replay(find_night(None, tmp_path), device)


def test_the_kept_files_of_shows_have_their_bound_too(tmp_path: Path) -> None:
    store, sums = keeping.Store(tmp_path / "files"), []
    for number in range(6):
        (tmp_path / "a.csv").write_bytes(np.random.default_rng(number).bytes(1000))
        sums.append(store.sum_of(tmp_path / "a.csv"))
        os.utime(tmp_path / "files" / str(sums[-1]), (number, number))
    assert store.trim(3500, None) > 5000, "while nobody knows what is used nothing goes"
    assert store.trim(3500, [sums[0]]) < 3500
    assert [store.content(str(one)) is not None for one in sums] == [True, False, False, False, True, True]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def test_a_file_that_is_no_log_is_said_to_be_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("hello", "utf-8")
    (tmp_path / NAME).write_bytes(gzip.compress(b"not json\n"))
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"0" * (40 << 20)))
    for name, words in (("a.txt", "not a log"), (NAME, "not a log"), ("bomb.gz", "no end")):
        with pytest.raises(DataError, match=words):
            find_night(str(tmp_path / name), tmp_path).head()
    (tmp_path / NAME).write_bytes(gzip.compress(records.line({**HEAD, "log": 99})))
    with pytest.raises(DataError, match="newer"):
        find_night(None, tmp_path).head()
    monkeypatch.setattr("installation.gpu.device.Device.headless", None)  # it needs no device to say so
    ended = typed("replay", tmp_path / "a.txt", "--out", tmp_path / "x.png")
    assert ended.code == 1 and "not a log" in ended.said and "Traceback" not in ended.said


def test_names_of_files_that_lead_elsewhere_are_refused(tmp_path: Path) -> None:
    roots = {name: tmp_path / name for name in ("show", "shaders", "datasets")}
    store = keeping.Store(tmp_path / "files")
    for name in ("show/../../etc/passwd", "/etc/passwd", "elsewhere/a", "show", "show//a"):
        with pytest.raises(DataError, match="can't be a show's"):
            keeping.lay_out({name: "0" * 64}, store, roots, lambda name: None)


@given(st.lists(ARGS, max_size=4).map(tuple), st.text(min_size=1, max_size=20))
def test_what_was_asked_comes_back_as_it_was(args: tuple[object, ...], address: str) -> None:
    taken = Taken(
        3,
        1.25,
        0.1,
        (2026.0, 11.0, 23.0, 5.5),
        False,
        (Note(address, args, "osc", "", "10.0.0.1"),),
        scale=0.71,
        cue=("2", "dusk"),
    )
    told = json.loads(records.line(records.frame(taken, False)))
    assert records.taken_of(told, None, None) == taken


def test_what_was_seen_comes_back_to_the_bit() -> None:
    found = records.sense_of(json.loads(records.line(records.seen(SENSE, True))), figures)
    assert (found.mask == SENSE.mask).all() and (found.flow == SENSE.flow).all()
    assert (found.presence, found.centre, found.count) == (0.12346, (0.25, 0.75), 2)


def test_a_plain_figure_stands_where_a_visitor_was_and_moves_as_they_did() -> None:
    bodies = np.zeros((16, 10), np.float32)
    bodies[3] = (5, 0.25, 0.5, 0.2, 0.8, 0.3, -0.1, 1, 0, 1)
    mask, flow = figures(bodies, 160, 90)
    assert mask[45, 40] == 255 and mask[45, 120] == 0
    assert flow[45, 40] == pytest.approx((0.3, -0.1 * 90 / 160))
    assert mask.mean() / 255 == pytest.approx(0.2 * 0.8 * np.pi / 4, rel=0.15)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("21:14", 4740.0), ("21:14:30", 4770.0), ("90", 90.0), ("00:10", 15300.0), ("2026-11-24 00:10", 15300.0)],
)
def test_a_moment_of_the_night_is_written_as_people_do(text: str, seconds: float) -> None:
    assert moment_of(text, datetime(2026, 11, 23, 19, 55)) == seconds


def test_no_moment_of_the_night_is_one_message() -> None:
    for text in ("soon", "99:99", "2026-11-22 10:00", "nan", "1e99"):
        with pytest.raises(DataError):
            moment_of(text, datetime(2026, 11, 23, 19, 55))


@pytest.mark.gl
def test_a_show_that_is_killed_leaves_a_log_that_can_be_drawn_again(device: Any, tmp_path: Path) -> None:
    folder = write_show(
        tmp_path / "show",
        {"red": filled("#ff0000"), "green": filled("#00ff00")},
        "cues: [{number: 1, scene: green, fade: 0}]",
    )
    site = tmp_path / "site.yaml"
    site.write_text(f"log: {{folder: {tmp_path / 'log'}}}\n", "utf-8")
    with Playing(folder, "--site", site, "--camera", "none") as show:
        show.cue("go", "1")
        name = str(show.until(lambda status: status["log"]["bytes"] > 1500, "a log on the disk")["log"]["file"])
        show.process.send_signal(signal.SIGKILL)
        until(lambda: show.process.poll() is not None, "its end")
    assert Path(name).parent == tmp_path / "log"
    listed = typed("log", "--folder", tmp_path / "log")
    assert listed.code == 0 and "Test" in listed.said
    asked = typed("log", "--folder", tmp_path / "log", "--at", 0)
    assert "/go 1" in asked.said
    ended = run("replay", name, "--at", 0, "--out", tmp_path / "stills", "--duration", 0.2, "--exact", folder=tmp_path)
    assert ended.code == 0 and "equal to the night" in ended.said, ended.said
    assert list((tmp_path / "stills").glob("*.png"))


def test_a_show_without_a_log_writes_none(tmp_path: Path) -> None:
    folder = write_show(tmp_path / "show", {"red": filled("#ff0000")})
    site = tmp_path / "site.yaml"
    site.write_text(f"log: {{folder: {tmp_path / 'log'}}}\n", "utf-8")
    ended = run("run", folder, "--headless", "--size", "32x18", "--camera", "none", "--no-log", "--site", site, "--duration", 0.3,
                "--osc-port", 0, "--console-port", 0, folder=tmp_path)  # fmt: skip
    assert ended.code == 0, ended.said
    assert not (tmp_path / "log").exists()
