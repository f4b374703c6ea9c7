"""Who gets in by the web, and how far: a real show that plays, real HTTP and WebSockets, from this machine and from beyond it."""

from __future__ import annotations

import http.client
import json
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playing import Playing, until
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from shows import filled, write_show

pytestmark = [pytest.mark.gl, pytest.mark.skipif(sys.platform == "win32", reason="processes of POSIX")]

SCENES = {"red": filled("#ff0000"), "green": filled("#00ff00")}
CUES = """double_go: 0
cues:
  - {number: 1, scene: red, fade: 0}
  - {number: 2, scene: green, fade: 0}
"""
SITE = """passcodes:
  - {code: look, rights: [view]}
  - {code: run-it, rights: [control]}
  - {code: all-of-it, rights: [control, edit]}
"""
OPACITY = "/scene/red/fill/opacity"


def beyond() -> str:
    """An address of this machine that isn't loopback: whoever connects to it seems to come from there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.99", 9))  # nothing is sent
            found = str(probe.getsockname()[0])
        except OSError:
            found = "127.0.0.1"
    if found.startswith("127."):
        pytest.skip("this machine has no network")
    return found


def playing(folder: Path, site: str) -> Playing:
    show = write_show(folder / "small", SCENES, CUES)
    file = folder / "site.yaml"
    file.write_text(f"{site}console: {{host: 0.0.0.0}}\n")
    return Playing(show, "--site", file)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    """Open to the network, with passcodes."""
    with playing(tmp_path_factory.mktemp("guarded"), SITE) as show:
        yield show


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    """Open to the network, without any."""
    with playing(tmp_path_factory.mktemp("unguarded"), "") as show:
        yield show


class Sitting:
    """A page of somebody, without its looks."""

    def __init__(self, show: Playing, host: str, **options: Any) -> None:
        self.port = int(show.console.rstrip("/").rpartition(":")[2])
        self._open = ExitStack()
        url = f"ws://{host}:{self.port}/preview"
        options = {"close_timeout": 1, **options}  # one that has stopped reading isn't waited for
        self.line: ClientConnection = self._open.enter_context(connect(url, open_timeout=15, **options))

    def __enter__(self) -> Sitting:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def say(self, *message: object) -> None:
        self.line.send(json.dumps(message))

    def next(self, kind: str) -> Any:
        """What comes of a kind, whatever comes before it."""
        while True:
            said = self.line.recv(15)
            if isinstance(said, str) and kind in (told := json.loads(said)):
                return told[kind]

    def reply(self, address: str) -> list[Any]:
        while True:
            told: list[Any] = self.next("reply")
            if told[0] == address:
                return told[1:]


def get(
    show: Playing, host: str, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    ask = http.client.HTTPConnection(host, int(show.console.rstrip("/").rpartition(":")[2]), timeout=15)
    ask.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = ask.getresponse()
    found = answer.status, answer.read()
    ask.close()
    return found


def test_this_machine_may_do_everything_and_the_cues_come_with_the_status(guarded: Playing) -> None:
    with Sitting(guarded, "127.0.0.1") as page:
        assert page.next("rights") == ["control", "edit", "view"]
        assert [cue["number"] for cue in page.next("cues")["cues"]] == ["1", "2"]
        page.say(OPACITY, 0.25)
        page.say(OPACITY)
        assert json.loads(page.reply(f"/reply{OPACITY}")[0])["data"] == 0.25
        page.say(f"{OPACITY}/reset")
        page.say(OPACITY)
        assert json.loads(page.reply(f"/reply{OPACITY}")[0])["data"] == 1.0


def test_who_may_control_and_not_edit_sets_no_parameter_by_a_pattern_either(guarded: Playing) -> None:
    with Sitting(guarded, beyond()) as page:
        page.next("rights")
        page.say("/connect", "run-it")
        assert page.reply("/connect") == ["ok"]
        for address in (OPACITY, "/scene/*/fill/opacity", "/{scene,x}/red/fill/opacity"):
            page.say(address, 0.125)
            assert page.reply("/error")[0] == address
        page.say(OPACITY)
        assert json.loads(page.reply(f"/reply{OPACITY}")[0])["data"] == 1.0


def test_who_may_do_nothing_cannot_fill_the_line_that_all_speak_over(guarded: Playing) -> None:
    def taken() -> int:
        return int(guarded.status()["osc"]["pages"]["packets"])

    port = guarded.console.rstrip("/").rpartition(":")[2]
    before = taken()
    with connect(f"ws://{beyond()}:{port}/", open_timeout=15) as flood, Sitting(guarded, "127.0.0.1") as page:
        for _ in range(3000):
            flood.send(b"/thump\0\0,\0\0\0")
        page.next("rights")
        page.say("/version")
        page.reply("/reply/version")
        assert taken() - before < 1500


def test_without_a_code_another_machine_sees_and_does_nothing(guarded: Playing) -> None:
    host = beyond()
    assert get(guarded, host, "/status")[0] == 403
    with Sitting(guarded, host) as page:
        assert page.next("rights") == []
        assert set(page.next("status")) == {"engine"}
        before = guarded.status()["cue"]["current"]
        page.say("/go", "2")
        assert page.reply("/error")[0] == "/go"
        page.say("/status")
        assert page.reply("/error")[0] == "/status"
        assert guarded.status()["cue"]["current"] == before


def test_a_code_gives_its_rights_and_no_more(guarded: Playing) -> None:
    with Sitting(guarded, beyond()) as page:
        page.next("rights")
        page.say("/connect", "run-it")
        assert page.next("rights") == ["control", "view"]
        while "show" not in (told := page.next("status")):
            pass  # before the engine's first word there is only the console's own
        assert told["show"] == "Test"
        page.say("/go", "2")
        guarded.until(lambda status: status["cue"]["current"] == "2", "cue 2")
        page.say(OPACITY, 0.5)
        assert "edit" in page.reply("/error")[1]
        page.say("/cue/1/armed", 0)
        assert page.reply("/error")[0] == "/cue/1/armed"
    with Sitting(guarded, beyond()) as page:
        page.say("/connect", "all-of-it")
        while page.next("rights") != ["control", "edit", "view"]:
            pass


def test_wrong_codes_cost_a_wait_that_grows_and_not_even_the_right_one_is_looked_at(guarded: Playing) -> None:
    with Sitting(guarded, beyond()) as page:
        page.say("/connect", "wrong")
        assert page.reply("/connect")[0] == "badpass"
        page.say("/connect", "all-of-it")
        told = page.reply("/connect")
        assert told[0] == "badpass" and "wait" in told[1]
    with Sitting(guarded, beyond()) as another:  # a new connection doesn't help
        another.say("/connect", "all-of-it")
        assert another.reply("/connect")[0] == "badpass"
    with Sitting(guarded, "127.0.0.1") as own:  # whoever is on this machine is not kept out
        assert own.next("rights") == ["control", "edit", "view"]

    def forgiven() -> bool:
        with Sitting(guarded, beyond()) as page:
            page.say("/connect", "look")
            return bool(page.reply("/connect")[0] == "ok")

    until(forgiven, "the wait to be over")


def test_where_there_are_no_codes_another_machine_only_looks(unguarded: Playing) -> None:
    host = beyond()
    with Sitting(unguarded, host) as page:
        assert page.next("rights") == ["view"]
        while "show" not in (told := page.next("status")):
            pass  # before the engine's first word there is only the console's own
        assert told["show"] == "Test"
        for message in (["/go"], ["/panic"], ["/reveal", 1.0], [OPACITY, 0.0], ["/calibrate/markers"]):
            page.say(*message)
            assert page.reply("/error")[0] == message[0]
        page.say("/connect", "anything")
        assert "no passcodes" in page.reply("/connect")[0]
    assert get(unguarded, host, "/status")[0] == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_no_header_makes_another_machine_this_one(guarded: Playing, header: str) -> None:
    with Sitting(guarded, beyond(), additional_headers={header: "127.0.0.1"}) as page:
        assert page.next("rights") == []


def test_a_page_of_somebody_else_may_neither_ask_nor_talk(guarded: Playing) -> None:
    port = int(guarded.console.rstrip("/").rpartition(":")[2])
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{port + 1}", f"http://evil.example:{port}"):
        with pytest.raises(InvalidStatus):
            Sitting(guarded, "127.0.0.1", origin=origin)
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "localhost@evil.example"):
        assert get(guarded, "127.0.0.1", "/status", Host=host)[0] == 421
        with pytest.raises((InvalidStatus, ConnectionClosed)), socket.create_connection(("127.0.0.1", port)) as to:
            with connect(f"ws://{host.split('@')[-1].split(':')[0]}/preview", sock=to, open_timeout=15):
                pass


@pytest.mark.parametrize("path", ["/", "/status", "/go", "/calibrate", "/evidence", "/preview", "/cue/1/start"])
def test_nothing_happens_by_a_plain_request(guarded: Playing, path: str) -> None:
    cue = guarded.status()["cue"]
    for method in ("POST", "PUT", "DELETE"):
        status, _ = get(guarded, "127.0.0.1", path, method, b'["/go"]', content_type="application/json")
        assert status in (404, 405)
    assert guarded.status()["cue"]["standing_by"] == cue["standing_by"]


SAID = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(st.one_of(SAID.map(json.dumps), st.text(max_size=200), st.just("[" * 60_000)), min_size=5, max_size=30))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_a_page_says_it_is_answered_or_refused_and_the_next_word_is_heard(
    guarded: Playing, said: list[str]
) -> None:
    with Sitting(guarded, "127.0.0.1") as page:
        page.next("rights")
        for text in said:
            page.line.send(text)
        page.say("/thump")
        assert json.loads(page.reply("/reply/thump")[0])["data"] == "thump"


def test_one_that_says_too_much_delays_nobody_else(guarded: Playing) -> None:
    with Sitting(guarded, "127.0.0.1") as loud, Sitting(guarded, "127.0.0.1") as other:
        other.next("rights")
        for _ in range(3000):
            loud.say(OPACITY, 0.5)
        other.say("/thump")
        assert other.reply("/reply/thump")
        guarded.goes_on()


def test_one_that_does_not_read_keeps_nothing_and_nobody_waits_for_it(guarded: Playing) -> None:
    with Sitting(guarded, "127.0.0.1", max_queue=1) as slow, Sitting(guarded, "127.0.0.1") as other:
        for _ in range(200):
            slow.say("/status")
        other.next("rights")
        other.say("/thump")
        assert other.reply("/reply/thump")
        assert other.next("status")["show"] == "Test"


def test_another_machine_can_not_take_all_the_places(guarded: Playing) -> None:
    host = beyond()
    with ExitStack() as stack:
        open_ones = [stack.enter_context(Sitting(guarded, host)) for _ in range(9)]
        with pytest.raises(ConnectionClosed) as closed:
            open_ones[-1].next("rights")
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1013
        with Sitting(guarded, "127.0.0.1") as own:
            assert own.next("rights") == ["control", "edit", "view"]
