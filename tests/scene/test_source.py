"""Files of a show: what they mean in YAML 1.2, where everything stands, and that a hostile one does no harm."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from installation.errors import SceneError
from installation.scene.files import inside, read_bytes
from installation.scene.source import MAX_DEPTH, Document, read_yaml, scan_text, scan_yaml


def document(text: str) -> Document:
    found, problems = scan_text(text, "f.yaml")
    assert found is not None
    assert not problems
    return found


def complaints(text: str) -> str:
    _, problems = scan_text(text, "f.yaml")
    return "\n".join(str(problem) for problem in problems)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("true", True),
        ("False", False),
        ("tRue", "tRue"),
        ("", None),
        ("~", None),
        ("null", None),
        ("12", 12),
        ("+5", 5),
        ("-0", 0),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("-2.5E-1", -0.25),
        ("1.2.3", "1.2.3"),
        ("2026-11-22", "2026-11-22"),
        ("= 0.5 + 0.3 * sin(time)", "= 0.5 + 0.3 * sin(time)"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("|\n  12", "12\n"),
        ("9" * 41, "9" * 41),
        ("[1, two, {three: 4}]", [1, "two", {"three": 4}]),
    ],
)
def test_a_value_means_what_yaml_1_2_says(text: str, value: object) -> None:
    found = document(f"a: {text}\n").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_items_with_nothing_in_them_are_nothing() -> None:
    assert document("- \n- ").data == [None, None]


def test_every_key_and_value_has_its_place() -> None:
    found = document("title: Tide\nlayers:\n  - name: sea\n    params: {speed: 1, at: [2, 3]}\nempty:\n")
    assert str(found.value(("title",))) == "f.yaml:1:8"
    assert str(found.key(("title",))) == "f.yaml:1:1"
    assert str(found.value(("layers", 0, "name"))) == "f.yaml:3:11"
    assert str(found.key(("layers", 0))) == "f.yaml:3:5"
    assert str(found.value(("layers", 0, "params", "at", 1))) == "f.yaml:4:32"
    assert str(found.value(("empty",))) == "f.yaml:5:1", "a value that isn't there is at its key"
    assert str(found.value(("layers", 0, "nothing", "here"))) == "f.yaml:3:5", "the nearest around it"


def test_places_count_lines_as_editors_do() -> None:
    found = document('a: "é\u2028ü"\r\nb: 😀 x\rc: 1\n')
    assert str(found.value(("b",))) == "f.yaml:2:4"
    assert str(found.value(("c",))) == "f.yaml:3:4"


def test_a_character_inside_a_text_has_its_place() -> None:
    found = document(
        "a: 'it''s = x'\nb: \"x\\ty\\u0041z\"\nc: |\n    one\n    two\n\n    four\nd: = 1 +  2\ne: >\n  x\n"
    )
    lines = found.text.split("\n")
    for steps in (("c",), ("d",)):
        for offset, sign in enumerate(str(found.data[steps[0]])):
            place = found.inside(steps, offset)
            assert (lines[place.line - 1] + "\n")[place.column - 1] == sign
    assert str(found.inside(("a",), 4)) == "f.yaml:1:10", "a doubled quote is one character"
    assert str(found.inside(("b",), 4)) == "f.yaml:2:15", "an escape is one character"
    assert str(found.inside(("e",), 9)) == str(found.value(("e",)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2", 'f.yaml:2:1: "a" stands here twice\n    the first is on line 1'),
        ("a: {b: 1, c: {d: 1, d: 2}}", 'f.yaml:1:21: "d" stands here twice\n    the first is on line 1'),
        ("a:\n\tb: 1", "f.yaml:2:1: a tab stands here\n    indent with spaces"),
        (
            "a: !!python/object:os.system x",
            "f.yaml:1:4: tags are not used here (!!python/object:os.system)\n    remove it",
        ),
        ("a: !!str 5", "f.yaml:1:4: tags are not used here (!!str)\n    remove it"),
        ("a: &x 1\n<<: *x", 'f.yaml:2:1: "<<" is not part of YAML 1.2\n    write the keys out'),
        ("a: &x [*x]", "f.yaml:1:8: *x repeats itself"),
        ("a: *x", "f.yaml:1:4: *x repeats something that is not in this file\n    mark it with &x"),
        ("a: 1e999", "f.yaml:1:4: 1e999 is too large a number"),
        ("a: .nan", "f.yaml:1:4: .nan is not a number that can be drawn"),
        ("? [a]\n: b", "f.yaml:1:3: a key must be a name\n    this is a list or a mapping"),
        ("a: 1\n---\nb: 2", 'f.yaml:2:1: a second document begins here\n    remove the line "---"'),
        ("a: 'b", "f.yaml:1:4: a quote is opened here and not closed"),
        (
            "a: 'it's'",
            "f.yaml:1:8: there is something after the closing quote\n    double a quote inside quotes: 'it''s'",
        ),
        (
            "a: [1, 2\nb: 3",
            'f.yaml:1:4: a list that begins here with "[" is not closed\n    add "]", or a comma between its items',
        ),
        ("a: [", 'f.yaml:1:5: the file ends, and a "[" or "{" is not closed'),
        ("a: b: c", 'f.yaml:1:5: a ":" can\'t stand here'),
        ("title:harbour\nb: c", 'f.yaml:1:6: a space is missing after ":"\n    write "title: harbour"'),
        ("a:\n  - b\n c: d", "f.yaml:3:2: this line doesn't fit what is above it"),
        ("a: @b", 'f.yaml:1:4: a value can\'t begin with "@"\n    put quotes around it'),
        ('a: "\\q"', 'f.yaml:1:5: "\\q" means nothing in double quotes\n    use single quotes'),
        ("a: x\x00y", "f.yaml:1:5: an invisible character (U+0000) stands here\n    remove it"),
    ],
)
def test_a_mistake_is_told_in_words_at_its_place(text: str, told: str) -> None:
    assert complaints(text).startswith(told)


def test_mistakes_that_leave_the_rest_readable_are_told_together() -> None:
    found, problems = scan_text("a: 1\na: 2\nb: !x {c: 1, c: 3}\nd: .inf\n", "f.yaml")
    assert [(p.where.line, p.where.column) for p in problems if p.where] == [(2, 1), (3, 4), (3, 14), (4, 4)]
    assert found is not None
    assert found.data == {"a": 1, "b": {"c": 1}, "d": 0.0}


def test_an_alias_repeats_a_value_and_its_problems_are_told_at_the_alias() -> None:
    found = document("a: &n {b: 1}\nc: *n\n")
    assert found.data["c"] == {"b": 1}
    assert str(found.value(("c", "b"))) == "f.yaml:2:4"


def test_a_bomb_of_aliases_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    assert "holds more than" in complaints("\n".join(lines))


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "[a, [b: "])
def test_deep_nesting_is_refused_before_it_hurts(opening: str) -> None:
    assert f"nested more than {MAX_DEPTH} levels" in complaints(opening * 100_000)


def test_a_file_of_too_many_values_is_refused() -> None:
    assert "holds more than" in complaints("- a\n" * 60_000)


# -- reading ------------------------------------------------------------------------------------------


def refused(path: Path, limit: int = 1 << 20) -> str:
    with pytest.raises(SceneError) as caught:
        read_yaml(path, limit)
    return str(caught.value)


def test_a_byte_order_mark_is_no_matter_and_other_encodings_are_told(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbftitle: Tide\n")
    found = read_yaml(path)
    assert found.data == {"title": "Tide"}
    assert found.value(("title",)).column == 8
    path.write_bytes("title: Tide\n".encode("utf-16"))
    assert "this file is UTF-16\n    save it as UTF-8" in refused(path)
    path.write_bytes(b"title: x\nb: caf" + b"\xe9\n")
    assert "f.yaml:2:7: this file is not UTF-8 text (byte 0xe9)" in refused(path)


def test_size_is_looked_at_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("#" * 2000)
    assert "too large (2 KiB)\n    at most 1 KiB" in refused(path, 1024)
    assert read_bytes(path, 2000) == b"#" * 2000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_a_device_and_a_folder_are_refused_without_waiting(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    said: list[str] = []
    reader = threading.Thread(
        target=lambda: said.extend(refused(p) for p in (pipe, Path("/dev/zero"), tmp_path)), daemon=True
    )
    reader.start()
    reader.join(10)
    assert not reader.is_alive()
    assert [text.rpartition(": ")[2] for text in said] == [
        "this is a named pipe, not a file",
        "this is a device, not a file",
        "this is a folder, not a file",
    ]


def test_a_missing_file_and_a_bad_name_are_told(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path / "none.yaml")
    assert "can't be read" in refused(tmp_path / "a\0b")


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/etc/passwd", "", "a\0b", "..\\x", "C:\\x", "x" * 5000, "é" * 200, "."]
)
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SceneError):
        inside(tmp_path / "show", name)


def test_links_may_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "show"
    (folder / "media").mkdir(parents=True)
    (tmp_path / "secret.png").write_text("x")
    (folder / "media" / "sea.png").write_text("x")
    (folder / "link.png").symlink_to("media/sea.png")
    (folder / "out.png").symlink_to(tmp_path / "secret.png")
    (folder / "loop.png").symlink_to("loop.png")
    assert inside(folder, "link.png") == folder.resolve() / "media" / "sea.png"
    for name in ("out.png", "loop.png"):
        with pytest.raises(SceneError):
            inside(folder, name)


@settings(max_examples=150)
@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"#\n\t ,?@%\\~0.9é\u2028") | st.characters(), max_size=80))
@example("a: &a\n? *a\n: - [*a")
@example("\ud800")
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    found, problems = scan_text(text, "f.yaml")
    assert found is not None or problems
    for problem in problems:
        assert problem.where is not None
        assert problem.where.line >= 1
        assert problem.where.column >= 1


@settings(max_examples=80)
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(raw)
    found, problems = scan_yaml(path)
    assert found is not None or problems


def test_a_colour_without_quotes_in_braces_is_told_where_it_stands() -> None:
    told = complaints("title: x\nwords: {size: 0.02, color: #ff8800}\nmore: 1\n")
    assert '2:28: what follows "#" is a comment here' in told
    assert 'colours need quotes: "#ff8800"' in told


@pytest.mark.parametrize(
    "line",
    [
        "layers: [{name: t, text: \u201cDays, {at}\u201d}]",
        "a: {b: \u201cone: two\u201d}",
        "a: \u201cthen: now\u201d",
    ],
)
def test_curly_quotes_are_told_as_such(line: str) -> None:
    told = complaints(f"title: x\n{line}\n")
    at = next(i for i, sign in enumerate(line, 1) if sign in "\u201c\u2018")
    assert f"2:{at}: " in told
    assert "is a curly quote, which YAML reads as a letter\n    write a straight one" in told


def test_curly_quotes_that_a_text_is_to_show_are_no_matter() -> None:
    assert document('a: {text: "He said: \u201cDays\u201d"}\n').data == {"a": {"text": "He said: \u201cDays\u201d"}}
    assert "curly" not in complaints('a: {text: "He said: \u201cDays\u201d", b: [1}\n')
