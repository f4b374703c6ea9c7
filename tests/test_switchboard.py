"""OSC as it reaches a show that plays: order, coalescing, rights, answers, what is told to whom, and foreign programs."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playing import until
from pythonosc.tcp_client import SimpleTCPClient
from pythonosc.udp_client import SimpleUDPClient

from installation.gpu.device import Device
from installation.inputs.osc import OscMessage, OscReceiver, decode, match
from installation.inputs.osc_decode import Decoder
from installation.inputs.osc_newest import Newest
from installation.osc_wire import encode
from installation.outputs.osc import Machine, OscSender
from installation.param_tree import ParamTree
from installation.params import Param
from installation.show.access import Access
from installation.show.clients import Clients, controllers
from installation.show.control import Control
from installation.switchboard import MOST_OF_A_SENDER, Streams, coalesced, fair
from shows import Stage, filled, write_show

HOST = "127.0.0.1"
SCENES = {"red": filled("#ff0000"), "green": filled("#00ff00")}
SHOW = """double_go: 0
cues:
  - {number: 1, scene: red, fade: 0}
  - {number: 2, id: second, name: Two, scene: green, fade: 1, notes: n}
  - {number: 3, osc: [{to: lights, address: /cue/5/start, args: [1, 0.5, warm, true]}]}
  - {number: 4, osc: [{to: nobody, address: /x}]}
"""
OPACITY = "/scene/red/fill/opacity"


class Desk:
    """A client that speaks UDP to a show which is stepped between."""

    def __init__(self, show: Stage, port: int, host: str = HOST) -> None:
        self.show = show
        self.link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.link.bind((host, 0))
        self.link.connect((HOST, port))
        self.link.setblocking(False)
        self.heard: list[OscMessage] = []

    def say(self, address: str, *args: object) -> None:
        self.link.send(encode(address, args))

    def play(self, frames: int = 1) -> list[OscMessage]:
        """Plays, and gives what has come since."""
        first = len(self.heard)
        for _ in range(frames):
            self.show.play()
            while True:
                try:
                    self.heard += decode(self.link.recv(65_536))
                except BlockingIOError:
                    break
        return self.heard[first:]

    def ask(self, address: str, *args: object) -> Any:
        """The answer's envelope."""
        self.say(address, *args)

        def found() -> OscMessage | None:
            return next((m for m in self.play() if m.address == f"/reply{address}"), None)

        return json.loads(str(until(found, f"an answer to {address}").args[0]))

    def waits(self, address: str) -> tuple[object, ...]:
        """The values of the next message of an address."""

        def found() -> OscMessage | None:
            return next((m for m in self.play() if m.address == address), None)

        return tuple(until(found, address).args)


@pytest.fixture
def network() -> Iterator[OscReceiver]:
    with OscReceiver(HOST, 0, tcp=True) as opened:
        yield opened


@pytest.fixture
def open_stage(device: Device, tmp_path: Path, network: OscReceiver) -> Iterator[Callable[..., Stage]]:
    opened: list[Stage] = []

    def make(**more: object) -> Stage:
        stage = Stage(device, write_show(tmp_path / f"show{len(opened)}", SCENES, SHOW), network=network, **more)
        opened.append(stage)
        stage.play()
        return stage

    yield make
    for stage in opened:
        stage.close()


@pytest.fixture
def desk(open_stage: Callable[..., Stage], network: OscReceiver) -> Iterator[Desk]:
    made = Desk(open_stage(), network.port)
    yield made
    made.link.close()


# -- coalescing -----------------------------------------------------------------------------------------------------------


def tree() -> ParamTree:
    params = ParamTree()
    params.add("/a", Param("a", low=0, high=1))
    params.add("/b", Param("b", "point2D", (0.0, 0.0)))
    params.add("/c", Param("c", "bool", False))
    params.add("/e", Param("e", "event", False))
    params.add("/l", Param("l", "long", 0, values=(0, 1, 5)))
    return params


numbers = st.floats(width=32) | st.integers(-(2**40), 2**40) | st.booleans()
messages = st.lists(
    st.builds(
        lambda address, args: OscMessage(address, tuple(args), None, (HOST, 1)),
        st.sampled_from(["/a", "/b", "/c", "/e", "/l", "/a/+", "/a/live", "/reset", "/go", "/{a,b}"]),
        st.lists(numbers, max_size=3),
    ),
    max_size=30,
)


class Recording:
    """A stage that only has parameters, and notes what is to happen once."""

    def __init__(self) -> None:
        self.params = tree()
        self.happened: list[object] = []

    def go(self, number: str | None = None, fade: float | None = None) -> None:
        self.happened.append(("go", [p.value for p in self.params]))

    def reset(self) -> None:
        self.happened.append(("reset", [p.value for p in self.params]))
        self.params.reset()

    def __getattr__(self, name: str) -> Any:
        return None


def outcome(given: Sequence[OscMessage]) -> tuple[object, ...]:
    stage = Recording()
    control = Control(stage, match)  # type: ignore[arg-type]
    for message in given:
        try:
            control.handle(message.address, message.args, 1.0)
        except Exception as error:
            assert type(error).__name__ in ("CommandError", "AttributeError"), error
    return stage.happened, [(p.address, p.base, p.value, p.saved) for p in stage.params]


@given(messages)
def test_coalescing_leaves_everything_as_if_every_message_had_been_carried_out(given: list[OscMessage]) -> None:
    kept = coalesced(given, Streams(tree()))
    assert outcome(kept) == outcome(given)
    once = [m for m in given if m.address not in ("/a", "/b", "/c")]
    assert [m for m in kept if m.address not in ("/a", "/b", "/c")] == once


def read_newest(packets: Sequence[tuple[bytes, int]], streams: Streams | None, at_once: int) -> list[OscMessage]:
    """As the receiver reads them, so many at once; each with its sender's port."""
    arrived: list[OscMessage] = []
    newest = Newest(Decoder(), streams, list, arrived)
    for first in range(0, len(packets), at_once):
        some = packets[first : first + at_once]
        newest.read([packet for packet, _ in some], [(HOST, port) for _, port in some])
    newest.end()
    wrong = sum(packet in BROKEN for packet, _ in packets)
    assert newest.malformed == wrong
    assert len(arrived) + newest.coalesced == len(packets) - wrong
    return arrived


BROKEN = (b"", b"/a\0\0,f\0", b"/a\0\0,f\0\0", b"/a\0\0,f\0\0" + bytes(8), b"/a\0\0,d\0\0" + bytes(4))
packets = st.lists(
    st.tuples(
        st.builds(
            lambda address, args: encode(address, tuple(args)),
            st.sampled_from(["/a", "/b", "/c", "/e", "/l", "/a/+", "/go", "/{a,b}"]),
            st.lists(numbers, max_size=3),
        )
        | st.sampled_from(BROKEN),
        st.sampled_from([1, 1, 1, 2]),
    ),
    max_size=40,
)


@given(packets, st.integers(1, 40))
def test_reading_only_the_newest_leaves_everything_as_if_every_packet_had_been_read(
    given: list[tuple[bytes, int]], at_once: int
) -> None:
    every = read_newest(given, None, at_once)
    kept = read_newest(given, Streams(tree()), at_once)
    assert outcome(kept) == outcome(every)
    some = read_newest(given, Streams(tree(), lambda sender: sender[1] == 1), at_once)  # the other has no rights
    by_2 = [m for m in every if m.sender == (HOST, 2)]
    assert repr([m for m in some if m.sender == (HOST, 2)]) == repr(by_2)  # as text: NaN is not equal to itself
    assert outcome([m for m in some if m.sender == (HOST, 1)]) == outcome([m for m in every if m.sender == (HOST, 1)])
    once = [m for m in every if m.address not in ("/a", "/b", "/c")]
    assert repr([m for m in kept if m.address not in ("/a", "/b", "/c")]) == repr(once)


def test_a_stream_is_one_value_and_what_has_no_right_replaces_nothing() -> None:
    stream = [OscMessage("/a", (n / 1000,), None, (HOST, n % 2)) for n in range(1000)]
    assert [m.args for m in coalesced(stream, Streams(tree()))] == [(0.999,)]
    kept = coalesced(stream, Streams(tree(), lambda sender: sender[1] == 0))
    assert [m.args for m in kept if m.sender == (HOST, 0)][-1] == (0.998,)


def test_a_flood_of_one_sender_leaves_room_for_the_others() -> None:
    flood = [OscMessage("/go", (), None, (HOST, 1))] * 50_000
    kept = fair([*flood, OscMessage("/panic", (), None, (HOST, 2))])
    assert len(kept) == MOST_OF_A_SENDER + 1
    assert kept[-1].address == "/panic"


@pytest.mark.gl
@pytest.mark.parametrize("between", [False, True])
def test_triggers_among_a_stream_come_once_and_in_order(desk: Desk, between: bool) -> None:
    engine = desk.show.engine
    seen: list[float] = []
    engine.start = lambda number, fade=None: seen.append(fade or 0.0)  # type: ignore[method-assign]
    for number in range(300):
        for _ in range(5):
            desk.say(OPACITY, number / 300)
        desk.say("/cue/1/start", 1, float(number))
        if number % 50 == 0:
            desk.play()
        if between:
            engine.work(0.0)
    until(lambda: desk.play() is not None and len(seen) == 300, "all triggers")
    assert seen == [float(n) for n in range(300)]
    assert engine.params[OPACITY].value == pytest.approx(299 / 300)
    assert engine.network["coalesced"] == 300 * 4


@pytest.mark.gl
def test_what_takes_too_long_waits_for_the_next_frame_in_its_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.switchboard.A_MOMENT", 0.0)
    monkeypatch.setattr("installation.switchboard.SHARE", 0.0)
    for _ in range(5):
        desk.say("/go")
    counts = [int(str(desk.show.engine.network["waiting"])) for _ in range(6) if desk.play() is not None]
    assert counts == sorted(counts, reverse=True)
    assert max(counts) >= 3
    until(lambda: desk.play() is not None and desk.show.engine.network["waiting"] == 0, "the rest")


# -- answers --------------------------------------------------------------------------------------------------------------


@pytest.mark.gl
def test_everything_is_answered_in_one_form(desk: Desk) -> None:
    for address in (
        "/status",
        "/cue/2",
        "/thump",
        "/version",
        OPACITY,
        f"{OPACITY}/saved",
        "/sense",
        "/sense/presence",
    ):
        told = desk.ask(address)
        assert (told["address"], told["status"]) == (address, "ok")
    assert desk.ask("/thump")["data"] == "thump"
    assert desk.ask("/sense")["data"]["presence"] == 0.0
    assert desk.ask("/evidence", 0.5, 0.5)["data"]["left_out"] == 0


@pytest.mark.gl
def test_a_refusal_is_told_and_with_always_reply_every_message_has_its_answer(desk: Desk) -> None:
    desk.say("/go/77")
    assert desk.waits("/error")[0] == "/go/77"
    assert desk.ask("/alwaysReply", 1)["status"] == "ok"
    assert desk.ask("/go/77") == {"address": "/go/77", "status": "error", "data": 'no cue "77"'}
    assert desk.ask("/go/1") == {"address": "/go/1", "status": "ok", "data": None}


@pytest.mark.gl
def test_the_grammar_of_values(desk: Desk) -> None:
    def values() -> tuple[object, ...]:
        parameter = desk.show.engine.params[OPACITY]
        return tuple(round(float(v), 3) for v in (parameter.saved, parameter.base, parameter.value))  # type: ignore[arg-type]

    steps: list[tuple[str, tuple[object, ...], tuple[float, ...]]] = [
        ("", (0.5,), (1.0, 0.5, 0.5)),
        ("/+", (0.25,), (1.0, 0.75, 0.75)),
        ("/-", (0.5,), (1.0, 0.25, 0.25)),
        ("/*", (2,), (1.0, 0.5, 0.5)),
        ("/live", (0.1,), (1.0, 0.5, 0.1)),
        ("/+/live", (0.1,), (1.0, 0.5, 0.2)),
        ("/+", (9,), (1.0, 1.0, 1.0)),
        ("/-/live", (0.5, 0.3), (1.0, 1.0, 0.5)),
    ]
    for way, args, expected in steps:
        desk.say(OPACITY + way, *args)
        until(lambda expected=expected: desk.play() is not None and values() == expected, f"{way} {args}")  # type: ignore[misc]
    assert desk.ask(f"{OPACITY}/base")["data"] == 1.0
    assert desk.ask(OPACITY)["data"] == 0.5
    assert desk.show.engine.status()["owners"][OPACITY] == "live"  # type: ignore[index]
    for way, args in (("/base", (1,)), ("/toggle", ()), ("/+", ()), ("/+", ("x",)), ("/+", (float("nan"),))):
        desk.say(OPACITY + way, *args)
        assert desk.waits("/error")[0] == OPACITY + way
    assert values() == (1.0, 1.0, 0.5)
    desk.say("/reset")
    until(lambda: desk.play() is not None and values() == (1.0, 1.0, 1.0), "the reset")


# -- rights ---------------------------------------------------------------------------------------------------------------

CODES = {"2142": frozenset({"view"}), "4444": frozenset({"control"}), "9999": frozenset({"view", "control", "edit"})}


@pytest.fixture
def guarded(open_stage: Callable[..., Stage], network: OscReceiver) -> Iterator[Desk]:
    made = Desk(open_stage(clients=Clients(Access(CODES, ["192.0.2.1"]))), network.port)  # type: ignore[arg-type]
    yield made
    made.link.close()


@pytest.mark.gl
def test_without_a_code_one_may_say_hello_and_no_more(guarded: Desk) -> None:
    before = guarded.show.engine.cues.standing_by
    assert guarded.ask("/thump")["status"] == "ok"
    for address, args in (("/status", ()), ("/go", ()), ("/panic", ()), (OPACITY, (0.1,)), (OPACITY, ()), ("/x", (1,))):
        assert guarded.ask(address, *args)["status"] == "denied"
    assert guarded.show.engine.cues.standing_by == before
    assert guarded.show.engine.params[OPACITY].value == 1.0
    assert guarded.show.engine.network["denied"] == 6


@pytest.mark.gl
def test_each_code_gives_its_rights(guarded: Desk) -> None:
    assert guarded.ask("/connect", "2142")["data"] == "ok:view"
    assert guarded.ask("/status")["status"] == "ok"
    assert guarded.ask("/go")["status"] == "denied"
    assert guarded.ask("/connect", 4444)["data"] == "ok:view|control"
    guarded.say("/go/2")
    until(lambda: guarded.play() is not None and guarded.show.engine.cues.current, "a GO")
    assert guarded.ask(OPACITY, 0.1)["status"] == "denied"
    assert guarded.ask("/cue/2/armed", 0)["status"] == "denied"
    assert guarded.ask("/connect", "9999")["data"] == "ok:view|edit|control"
    guarded.say(OPACITY, 0.1)
    until(lambda: guarded.play() is not None and guarded.show.engine.params[OPACITY].value != 1.0, "a value")


def test_wrong_codes_cost_a_growing_wait_and_a_right_one_ends_it() -> None:
    access = Access(CODES, [])  # type: ignore[arg-type]
    now, waits = 0.0, []
    for _ in range(8):
        with pytest.raises(Exception, match="badpass"):
            access.connect("10.0.0.9", "0000", now)
        wait = 0.0
        while True:  # the right code isn't looked at before the wait is over
            wait += 0.5
            try:
                trial = Access(CODES, [])  # type: ignore[arg-type]
                trial._wrong = dict(access._wrong)
                trial.connect("10.0.0.9", "9999", now + wait)
                break
            except Exception as error:
                assert "badpass" in str(error)
        waits.append(wait)
        now += wait
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert access.connect("10.0.0.8", "9999", now)  # another machine doesn't wait
    assert access.connect("10.0.0.9", "9999", now)
    with pytest.raises(Exception, match="badpass"):
        access.connect("10.0.0.9", None, now)


def test_thousands_of_machines_with_wrong_codes_fill_no_memory() -> None:
    access = Access(CODES, [])  # type: ignore[arg-type]
    for number in range(5000):
        with pytest.raises(Exception, match="badpass"):
            access.connect(f"10.0.{number // 256}.{number % 256}", "0000", 0.0)
    assert len(access._wrong) <= 256


# -- what is told ---------------------------------------------------------------------------------------------------------


@pytest.mark.gl
def test_updates_events_and_subscriptions_come_by_themselves(desk: Desk) -> None:
    desk.say("/updates", 1)
    assert desk.waits("/update/playhead") == ("2", "Two", "second")
    desk.say("/listen/go")
    desk.say("/listen/cue/start")
    desk.say("/subscribe", "/scene/*/fill/opacity")
    assert desk.waits(OPACITY) == (1.0,)
    desk.say("/go")
    assert desk.waits("/event/go") == ("2", "Two", "second", "scene")
    told = {m.address: m.args for m in desk.heard}
    assert told["/update/playhead"] == ("3", "", "3")
    assert told["/update/scene"] == ("green",)
    assert told["/update/cue/second"] == ("action",)
    assert told["/event/cue/start"] == ("2", "Two", "second", "scene")
    assert desk.waits("/update/cue/second") == ("stopped",)
    desk.say(OPACITY, 0.25)
    assert desk.waits(OPACITY) == (0.25,)
    desk.say("/ignore")
    desk.say("/unsubscribe")
    desk.say("/updates", 0)
    desk.ask("/thump")
    desk.say("/go/1")
    desk.say(OPACITY, 0.5)
    assert [m.address for m in desk.play(60)] == []


@pytest.mark.gl
def test_a_silent_client_is_forgotten_after_61_seconds_unless_it_asks_to_be_kept(desk: Desk) -> None:
    desk.say("/updates", 1)
    desk.waits("/update/playhead")
    clients = desk.show.engine.switchboard.clients
    desk.play(600)  # at ten frames a second
    assert len(clients) == 1
    assert len([m for m in desk.heard if m.address == "/heartbeat"]) >= 10
    desk.play(15)
    assert len(clients) == 0
    desk.say("/udpKeepAlive", 1)
    desk.ask("/thump")
    desk.play(650)
    assert len(clients) == 1


@pytest.mark.gl
def test_replies_go_to_the_port_that_was_named(desk: Desk) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind((HOST, 0))
        ear.setblocking(False)
        desk.say("/udpReplyPort", ear.getsockname()[1])
        desk.say("/thump")

        def heard() -> bytes | None:
            desk.play()
            try:
                return ear.recv(1000)
            except BlockingIOError:
                return None

        assert decode(until(heard, "a reply"))[0].address == "/reply/thump"


@pytest.mark.gl
def test_python_osc_drives_the_show_over_tcp_and_is_told_what_changes(
    open_stage: Callable[..., Stage], network: OscReceiver
) -> None:
    show = open_stage()
    client = SimpleTCPClient(HOST, network.port, mode="1.1")
    client.send_message("/updates", True)
    client.send_message("/go", "2")
    until(lambda: show.play() is not None and (c := show.engine.cues.current) and c.number == "2", "a GO")
    client.close()
    until(lambda: show.play() is not None and len(show.engine.switchboard.clients) == 0, "the client to be forgotten")


@pytest.mark.gl
def test_python_osc_drives_the_show_over_udp(open_stage: Callable[..., Stage], network: OscReceiver) -> None:
    show = open_stage()
    SimpleUDPClient(HOST, network.port).send_message("/go", ["2", 0.0])
    until(lambda: show.play() is not None and (c := show.engine.cues.current) and c.number == "2", "a GO")


# -- other gear -----------------------------------------------------------------------------------------------------------


@pytest.mark.gl
@pytest.mark.parametrize("protocol", ["udp", "tcp", "tcp-length"])
def test_a_cue_sends_to_a_machine_of_the_site(
    open_stage: Callable[..., Stage], network: OscReceiver, protocol: Any
) -> None:
    with OscReceiver(HOST, 0, tcp=True) as lights:
        sender = OscSender([Machine("lights", HOST, lights.port, protocol)])
        show = open_stage()
        show.engine.carrier.senders["osc"] = sender
        show.engine.carrier.machines = sender.machines
        show.say("/go", "3")
        show.play(2)
        (message,) = until(lights.drain, "a message")
        assert message[:2] == ("/cue/5/start", (1, 0.5, "warm", True))
        until(lambda: sender.status()["lights"]["sent"] == 1, "the count")  # type: ignore[index]
        assert show.engine.status()["cue"]["broken"] == [  # type: ignore[index]
            {"id": "4", "number": "4", "why": 'no machine of the site file is called "nobody"'}
        ]
        show.say("/go", "4")
        show.play(2)
        assert 'no machine is called "nobody"' in " ".join(show.problems())
        sender.close()


def test_a_machine_that_is_not_there_holds_nothing_up_and_is_told() -> None:
    with socket.create_server((HOST, 0)) as gone:
        port = gone.getsockname()[1]
    sender = OscSender([Machine("tcp", HOST, port, "tcp"), Machine("named", "no such host", 9, "udp")])
    began = time.monotonic()
    for _ in range(2000):
        sender.push("tcp", encode("/go"))
        sender.push("named", encode("/go"))
    assert time.monotonic() - began < 5.0
    told: Any = sender.status()
    assert told["tcp"]["waiting"] <= 512
    until(lambda: all(one["problem"] and one["unsent"] for one in sender.status().values()), "problems")  # type: ignore[index]
    assert sender.push("nobody", b"") is False
    sender.close()


@pytest.mark.gl
def test_a_controller_of_the_site_is_told_state_and_signals(
    open_stage: Callable[..., Stage], network: OscReceiver
) -> None:
    with OscReceiver(HOST, 0) as phone:
        sender = OscSender([Machine("phone", HOST, phone.port)])
        wanted = {"phone": ["cues", "events", "heartbeat", "sense", "/scene/red/*/opacity"]}
        show = open_stage(clients=Clients(named=controllers(wanted)))
        show.engine.switchboard.push = sender.push
        show.say("/go")
        heard: dict[str, tuple[object, ...]] = {}

        def told() -> bool:
            show.play()
            heard.update({m.address: m.args for m in phone.drain()})
            return {"/heartbeat", "/update/playhead", "/event/go", "/sense/presence", OPACITY} <= heard.keys()

        until(told, "everything")
        assert heard["/event/go"] == ("2", "Two", "second", "scene")
        assert heard[OPACITY] == (1.0,)
        sender.close()


# -- liblo, from Debian's liblo-tools ---------------------------------------------------------------------------------------


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not here: install liblo-tools")
    return found


@pytest.mark.gl
@pytest.mark.parametrize("way", ["udp", "tcp"])
def test_liblo_sends_and_is_understood(open_stage: Callable[..., Stage], network: OscReceiver, way: str) -> None:
    oscsend = tool("oscsend")
    show = open_stage()
    url = f"osc.{way}://{HOST}:{network.port}/"
    for words in ((OPACITY, "f", "0.25"), ("/go", "sf", "2", "0")):
        subprocess.run([oscsend, url, *words], check=True, timeout=10)
    until(lambda: show.play() is not None and (c := show.engine.cues.current) and c.number == "2", f"a GO over {way}")
    assert show.engine.params[OPACITY].value == 0.25


def test_liblo_hears_what_we_send() -> None:
    oscdump = tool("oscdump")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    dump = subprocess.Popen([oscdump, "-L", str(port)], stdout=subprocess.PIPE)
    sender = OscSender([Machine("lights", HOST, port)])
    packet = encode("/cue/5/start", [1, 0.5, "warm", True])
    try:
        assert dump.stdout is not None
        os.set_blocking(dump.stdout.fileno(), False)

        def heard() -> bytes | None:
            sender.push("lights", packet)  # again and again: nobody says when it has begun to listen
            return dump.stdout.read() if dump.stdout else None

        line = until(heard, "oscdump").decode()
    finally:
        dump.kill()
        dump.wait()
        sender.close()
    assert '/cue/5/start ifsT 1 0.500000 "warm"' in line
