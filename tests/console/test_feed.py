"""The feed: what the engine tells the console of the tree and its values, and what clients of the console say to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from feed_stand import Line
from hypothesis import given
from hypothesis import strategies as st

from installation import line
from installation.console.paths import PathChange, changes
from installation.gpu.device import Device
from installation.inputs.osc import decode
from installation.params import Param
from installation.show.access import Access
from installation.show.dictionary import verbs
from installation.show.replies import DeniedError
from shows import filled, write_show

SCENES = {"red": filled("#ff0000"), "green": filled("#00ff00")}
SHOW = """double_go: 0
cues:
  - {number: 1, scene: red, fade: 0}
  - {number: 2, id: second, scene: green, fade: 1}
"""
OPACITY = "/scene/red/fill/opacity"

pytestmark = pytest.mark.gl


@pytest.fixture
def open_line(device: Device, tmp_path: Path) -> Iterator[Callable[..., Line]]:
    opened: list[Line] = []

    def make(access: Access | None = None) -> Line:
        opened.append(Line(device, write_show(tmp_path / f"show{len(opened)}", SCENES, SHOW), access))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def show(open_line: Callable[..., Line]) -> Line:
    return open_line()


def test_the_console_has_every_parameter_verb_and_signal(show: Line) -> None:
    assert {parameter.address for parameter in show.engine.params} <= set(show.feed.nodes)
    assert {"/go", "/panic", "/cue/2/start", "/scene/green/go", "/reveal/level", "/sense/progress"} <= set(
        show.feed.nodes
    )
    told = show.feed.nodes[OPACITY].declared
    assert (told["kind"], told["low"], told["high"], told["access"]) == ("float", 0.0, 1.0, 3) and told["help"]
    assert show.feed.about["show"] == "Test"


def test_every_verb_that_is_told_of_is_one(show: Line) -> None:
    for address, verb in verbs(["red", "green"], [], ["1", "2"]).items():
        show.stage.say(address, *((0.5,) if verb.types[0] == "f" else ()))
        show.play()
        assert not any("no address" in problem for problem in show.stage.problems())


def test_what_a_client_sets_is_there_when_values_are_asked_for_next(show: Line) -> None:
    client = show.wait(show.feed.come("127.0.0.1", 1))
    assert client.rights == {"view", "control", "edit"}
    show.say(client, OPACITY, 0.25)
    assert show.value(OPACITY) == 0.25
    assert show.feed.nodes[OPACITY].owner == "console"


def test_a_follower_is_told_of_values_owners_and_replies(show: Line) -> None:
    client = show.wait(show.feed.come("127.0.0.1", 1))
    follower = show.follow(client)
    assert show.soon(lambda: show.feed.listen(follower, OPACITY))
    assert not show.soon(lambda: show.feed.listen(follower, "/nothing"))
    follower.changed.clear()
    show.say(client, OPACITY, 0.5)
    show.until(lambda: OPACITY in follower.changed, "the value")
    show.say(client, "/version")
    show.until(lambda: follower.replies, "a reply")
    assert decode(follower.replies[0])[0].address == "/reply/version"
    show.soon(lambda: show.feed.unfollow(follower))
    assert not show.feed._listeners and not show.feed._followers


def test_values_are_told_only_while_somebody_wants_them(show: Line) -> None:
    show.play(100)
    before = show.feed.nodes[OPACITY].value
    show.stage.say(OPACITY, 0.1)
    show.play(5)
    assert show.feed.nodes[OPACITY].value == before
    assert show.value(OPACITY) == 0.1


def test_nodes_that_come_go_and_change_are_told_as_paths(show: Line) -> None:
    follower = show.follow()
    params = show.engine.params
    params.add("/scene/red/extra/light", Param("light", help="x"))
    show.until(lambda: follower.paths, "what has come")
    assert follower.paths.pop() == PathChange("PATH_ADDED", "/scene/red/extra")
    params.renew("/scene/red/extra/light", Param("light", help="x", high=2.0))
    show.until(lambda: follower.paths, "what has changed")
    assert follower.paths.pop() == PathChange("PATH_CHANGED", "/scene/red/extra/light")
    params.remove("/scene/red/extra")
    show.until(lambda: follower.paths, "what has gone")
    assert follower.paths.pop() == PathChange("PATH_REMOVED", "/scene/red/extra")


def test_who_listens_to_what_is_renamed_goes_on(show: Line) -> None:
    follower = show.follow()
    params = show.engine.params
    params.add("/scene/red/old/light", Param("light", help="only here"))
    show.until(lambda: "/scene/red/old/light" in show.feed.nodes, "what has come")
    show.soon(lambda: show.feed.listen(follower, "/scene/red/old/light"))
    follower.paths.clear()
    params.remove("/scene/red/old")
    params.add("/scene/red/new/light", Param("light", help="only here"))
    show.until(lambda: follower.paths, "the renaming")
    assert follower.paths == [PathChange("PATH_RENAMED", "/scene/red/old", "/scene/red/new")]
    assert follower.listens == {"/scene/red/new/light"}
    params.set("/scene/red/new/light", 0.5, "test")
    show.until(lambda: show.feed.nodes["/scene/red/new/light"].value == 0.5, "the value")


def test_a_large_tree_comes_in_pieces_and_no_frame_pays_for_all_of_it(show: Line) -> None:
    for number in range(3000):
        show.engine.params.add(f"/big/{number}", Param("x", help="a"))
    frames = 0

    def whole() -> bool:
        nonlocal frames
        frames += 1
        return f"/big/{2999}" in show.feed.nodes

    show.until(whole, "the tree")
    assert frames > 10
    show.engine.params.set("/big/2999", 0.5, "test")
    assert show.value("/big/2999") == 0.5


def test_rights_are_by_machine_and_passcode_as_over_osc(open_line: Callable[..., Line]) -> None:
    show = open_line(Access({"2142": frozenset(("view",))}))
    assert show.wait(show.feed.rights_of("127.0.0.1")) == {"view", "control", "edit"}
    assert show.wait(show.feed.rights_of("10.0.0.9")) == frozenset()
    assert show.wait(show.feed.rights_of("10.0.0.9", "2142")) == {"view"}
    stranger = show.wait(show.feed.come("10.0.0.9", 5))
    show.say(stranger, OPACITY, 0.5)
    assert show.value(OPACITY) == 1.0 and show.engine.switchboard.denied == 1
    with pytest.raises(DeniedError):
        show.wait(show.feed.come("10.0.0.9", 5, "wrong"))
    with pytest.raises(DeniedError, match="badpass"):  # it has to wait now, even with the right one
        show.wait(show.feed.come("10.0.0.9", 5, "2142"))


def test_a_console_that_begins_anew_is_told_everything_and_old_clients_are_gone(show: Line) -> None:
    client = show.wait(show.feed.come("127.0.0.1", 1))
    known = set(show.feed.nodes)
    show.connect()
    assert set(show.feed.nodes) == known
    show.say(client, OPACITY, 0.5)
    assert show.value(OPACITY) == 1.0


def test_rubbish_on_the_line_ends_it_and_the_show_plays_on(show: Line) -> None:
    show.feed._send(b"\xff" * 64)
    show.until(lambda: not show.feed.connected, "the end of the line")
    show.play(3)
    assert show.pages.counters["lost"] == 1


def test_a_console_that_does_not_read_costs_no_memory(show: Line) -> None:
    show.pages.close()
    other = show.pages.open()
    for number in range(2000):
        show.engine.params.set(OPACITY, number / 2000, "test")
        show.pages._wanted += 1
        show.play()
        assert len(show.pages._unsent) < 1 << 20
    other.close()
    show.play(3)


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(1, 50))
def test_frames_come_out_as_they_went_in_however_they_are_cut(contents: list[bytes], size: int) -> None:
    sent = b"".join(line.framed(line.TREE, content) for content in contents)
    frames = line.Frames()
    found = [one for at in range(0, len(sent), size) for one in frames.take(sent[at : at + size])]
    assert found == [(line.TREE, content) for content in contents]


SHAPES = st.dictionaries(
    st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts)),
    st.fixed_dictionaries({"kind": st.sampled_from(("float", "long"))}),
    max_size=8,
)


@given(SHAPES, SHAPES)
def test_who_follows_the_changes_ends_with_the_same_tree(before: dict, after: dict) -> None:  # type: ignore[type-arg]
    known = dict(before)

    def at_or_below(top: str, tree: dict) -> list[str]:  # type: ignore[type-arg]
        return [one for one in tree if one == top or one.startswith(top + "/")]

    for word, address, new in changes(before, after):
        moved = {one: known.pop(one) for one in at_or_below(address, known)}
        if word == "PATH_RENAMED":
            known |= {new + one[len(address) :]: shape for one, shape in moved.items()}
        elif word != "PATH_REMOVED":
            known |= {one: after[one] for one in at_or_below(address, after)}
    assert known == after


def test_many_changes_are_one_of_what_they_have_in_common() -> None:
    before = {f"/scene/red/{n}/x": {"kind": "float"} for n in range(100)}
    after = {address: {"kind": "long"} for address in before}
    assert changes(before, after) == [PathChange("PATH_CHANGED", "/scene/red")]
    assert json.dumps(changes(before, {})) == '[["PATH_REMOVED", "/scene", ""]]'
    assert replace(Param("x"), help="y").help == "y"
