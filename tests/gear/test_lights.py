"""Light levels go out and come in over real sockets, with other people's libraries at the other end; reading is strict."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import sacn as foreign_sacn
from hypothesis import given
from hypothesis import strategies as st
from playing import until
from stupidArtnet import StupidArtnet, StupidArtnetServer

from installation.gear import artnet, sacn
from installation.gear.desk import SILENT, Desk, Heard
from installation.gear.fixtures import Fixture, ended, levels, mean_colours
from installation.gear.lights import Drive, Lights, Universe
from installation.networks import Networks

HERE = Networks(("127.0.0.0/8",))
SPOT = Fixture("spot", "stage", 3, "i", source="/x")
DARK = Drive({"spot": (0.0,)}, {"spot": 1.0}, None)
FULL = Drive({"spot": (1.0,)}, {"spot": 1.0}, None)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def lights() -> Iterator[Callable[..., Lights]]:
    made: list[Lights] = []

    def start(universe: Universe, *fixtures: Fixture) -> Lights:
        made.append(Lights([universe], fixtures or (SPOT,), 44.0, "Test").start())
        return made[-1]

    yield start
    for one in made:
        one.close()


# what fixtures are sent


def test_letters_say_what_each_channel_is() -> None:
    red = (1.0, 0.5, 0.25)
    assert levels(replace(SPOT, letters="rgb"), red, 1.0) == bytes((255, 128, 64))
    assert levels(replace(SPOT, letters="rgbw"), red, 1.0) == bytes((191, 64, 0, 64))
    assert levels(replace(SPOT, letters="irgbf0"), (0.5, 0.25, 0.0), 0.5) == bytes((64, 255, 128, 0, 255, 0))
    assert levels(replace(SPOT, fine=True), (0.5,), 1.0) == b"\x80\x00"
    assert levels(replace(SPOT, letters="xyi"), (0.0, 1.0), 0.5) == bytes((0, 255, 128))
    assert levels(replace(SPOT, gamma=2.0), (0.5,), 1.0) == bytes((64,))
    assert ended(replace(SPOT, end=None)) is None and ended(replace(SPOT, end=0.2)) == bytes((51,))


def test_a_part_of_the_canvas_is_averaged_in_light() -> None:
    picture = np.zeros((4, 8, 4), np.uint8)
    picture[:, 4:] = 255
    parts = np.array([(0, 0, 0.5, 1), (0.5, 0, 0.5, 1), (0, 0, 1, 1), (0.99, 0.99, 0.01, 0.01), (0, 0, 1.0001, 1)])
    dark, bright, both, corner, whole = mean_colours(picture, parts)
    assert dark.max() == 0.0 and bright == pytest.approx((1.0, 1.0, 1.0)) and corner == pytest.approx((1.0, 1.0, 1.0))
    assert both[0] == whole[0] == pytest.approx(0.735, abs=0.001)  # half the light


# out


def test_art_net_reaches_a_library_that_is_not_ours_and_ends_as_chosen(lights: Callable[..., Lights]) -> None:
    port = free_port()
    node = StupidArtnetServer(port=port)
    listener = node.register_listener(universe=1, sub=1, is_simplified=False)  # port-address 17

    def third() -> int:
        return int((node.get_buffer(listener) or [0, 0, 0])[2])

    try:
        sending = lights(Universe("stage", "artnet", 17, "127.0.0.1", port), replace(SPOT, end=0.2))

        def full() -> bool:
            sending.drive.put(FULL)
            return third() == 255

        until(full, "full levels")
        sending.close()
        until(lambda: third() == 51, "what it is left at")
    finally:
        node.listen = False
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"end", ("127.0.0.1", port))


def test_sacn_reaches_a_library_that_is_not_ours_and_says_that_it_ends(lights: Callable[..., Lights]) -> None:
    port = free_port()
    receiver = foreign_sacn.sACNreceiver(bind_address="127.0.0.1", bind_port=port)
    got: list[tuple[int, ...]] = []
    gone: list[str] = []
    receiver.register_listener("universe", lambda packet: got.append(packet.dmxData), universe=7)
    receiver.register_listener("availability", lambda universe, changed: gone.append(changed))
    receiver.start()
    try:
        sending = lights(Universe("stage", "sacn", 7, "127.0.0.1", port, priority=120))
        sending.drive.put(FULL)
        until(lambda: got and got[-1][2] == 255, "full levels")
        sending.close()
        until(lambda: "timeout" in gone, "the end of the stream", 5.0)
        assert got[-1][2] == 0 and sending.universes["stage"].problem == ""
    finally:
        receiver.stop()


def test_levels_are_kept_alive_and_not_sent_faster_than_dmx(lights: Callable[..., Lights]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as node:
        node.bind(("127.0.0.1", 0))
        node.settimeout(5.0)
        sending = lights(Universe("stage", "artnet", 0, "127.0.0.1", node.getsockname()[1]))
        sending.drive.put(DARK)
        first, again = artnet.read(node.recv(600)), artnet.read(node.recv(600))
        assert first is not None and again is not None and (first[1], again[1]) == (1, 2)
        assert first[2] == again[2] == bytes(512)


def test_a_node_that_is_not_there_is_told_and_never_waited_for(lights: Callable[..., Lights]) -> None:
    sending = lights(Universe("stage", "artnet", 0, "no.such.host.invalid"))
    sending.drive.put(FULL)
    until(lambda: sending.universes["stage"].problem, "what is wrong", 40.0)


# in


@pytest.fixture
def desk() -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def start(*heard: Heard, host: str = "127.0.0.1", ports: tuple[int, int] = (0, 0)) -> Desk:
        made.append(Desk(heard, host, ports).start())
        return made[-1]

    yield start
    for one in made:
        one.close()


def test_art_net_of_a_library_that_is_not_ours_is_heard(desk: Callable[..., Desk]) -> None:
    heard = Heard("artnet", 3, HERE)
    listening = desk(heard)
    sender = StupidArtnet("127.0.0.1", 3, 512, port=listening.ports["artnet"])
    try:

        def came() -> bool:
            sender.set_single_value(5, 200)
            sender.show()
            return (heard.levels.get() or bytes(5))[4] == 200

        until(came, "its levels")
        assert heard.here and listening.counts["malformed"] == 0
    finally:
        sender.close()


def test_sacn_of_a_library_that_is_not_ours_is_heard_until_it_ends(desk: Callable[..., Desk]) -> None:
    heard = Heard("sacn", 9, HERE)
    desk(heard, host="127.0.0.77", ports=(0, sacn.PORT))  # the library sends to this port only
    sender = foreign_sacn.sACNsender(bind_address="127.0.0.1", bind_port=free_port(), universeDiscovery=False)
    sender.start()
    try:
        sender.activate_output(9)
        sender[9].destination = "127.0.0.77"
        sender[9].dmx_data = (10, 20, 30)
        until(lambda: (heard.levels.get() or b"")[:3] == bytes((10, 20, 30)), "its levels")
        sender.deactivate_output(9)
        until(lambda: not heard.here, "the end of its stream")
    finally:
        sender.stop()


def test_only_machines_that_may_be_heard_are(desk: Callable[..., Desk]) -> None:
    heard = Heard("artnet", 0, Networks(("127.0.0.5",)))
    listening = desk(heard)
    good = artnet.written(0, b"\x01\x02", 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.6", 0))
        other.sendto(good, ("127.0.0.1", listening.ports["artnet"]))
        until(lambda: listening.counts["foreign"] == 1, "it to be counted")
    assert heard.levels.get() is None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as right:
        right.bind(("127.0.0.5", 0))
        right.sendto(good, ("127.0.0.1", listening.ports["artnet"]))
        until(lambda: heard.levels.get() == b"\x01\x02", "its levels")


def test_a_desk_that_looks_for_nodes_finds_the_universes_that_it_may_play(desk: Callable[..., Desk]) -> None:
    listening = desk(Heard("artnet", 0x1234, HERE), Heard("artnet", 5, Networks(("10.0.0.0/8",))), host="127.0.0.66")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as looking:
        try:
            looking.bind(("127.0.0.67", artnet.PORT))
        except OSError:
            pytest.skip("somebody has Art-Net's port here")
        looking.settimeout(5.0)
        looking.sendto(b"Art-Net\0\0\x20\0\x0e\0\0", ("127.0.0.66", listening.ports["artnet"]))
        reply = looking.recv(600)
        assert len(reply) == 239 and reply[:10] == b"Art-Net\0\0\x21" and reply[14:16] == b"\x36\x19"
        assert (reply[18], reply[19], reply[190]) == (0x12, 3, 4) and reply[26:39] == b"installation\0"
        looking.settimeout(0.2)
        with pytest.raises(TimeoutError):
            looking.recv(600)


def test_of_two_desks_the_higher_priority_has_the_universe_until_it_is_gone() -> None:
    heard = Heard("sacn", 1, HERE)
    listening = Desk([heard])
    low, high = (sacn.Packet(bytes(15) + bytes((i,)), 1, 50 + 50 * i, 1, bytes((i,))) for i in (0, 1))

    def take(packet: sacn.Packet) -> str:
        return listening.take("sacn", sacn.written(packet, "x"), "127.0.0.1")

    assert (take(low), heard.levels.get()) == ("", b"\0")
    assert (take(high), heard.levels.get()) == ("", b"\1")
    assert (take(replace(low, sequence=2)), heard.levels.get()) == ("others", b"\1")
    assert take(replace(high, sequence=0xFE)) == "late" and take(replace(high, sequence=2, preview=True)) == "others"
    assert take(replace(high, sequence=3, ended=True)) == "" and not heard.here
    assert (take(replace(low, sequence=3)), heard.levels.get()) == ("", b"\0")
    heard.levels.put(b"\0", time.monotonic() - SILENT)
    assert not heard.here


# packets


def mutated(good: bytes, chance: random.Random) -> bytes:
    packet = bytearray(good)
    for _ in range(chance.randint(1, 3)):
        match chance.randint(0, 3):
            case 0:
                packet[chance.randrange(len(packet))] = chance.randrange(256)
            case 1:
                del packet[chance.randrange(len(packet)) :]
            case 2:
                packet += chance.randbytes(chance.randint(1, 9))
            case _:
                at = chance.randrange(len(packet))
                packet[at : at + 2] = chance.randbytes(2)
        if not packet:
            break
    return bytes(packet)


def test_twenty_thousand_mutated_packets_are_survived_and_what_is_taken_is_whole() -> None:
    chance = random.Random(5)
    good = (
        artnet.written(5, chance.randbytes(512), 9),
        sacn.written(sacn.Packet(chance.randbytes(16), 5, 100, 9, chance.randbytes(512)), "desk"),
    )
    listening = Desk([Heard("artnet", 5, HERE), Heard("sacn", 5, HERE)])
    dropped = 0
    for _ in range(10_000):
        for protocol, packet in zip(("artnet", "sacn"), good, strict=True):
            dropped += listening.take(protocol, mutated(packet, chance), "127.0.0.1") == "malformed"
    for one in listening.heard.values():
        taken = one.levels.get()
        assert taken is None or len(taken) <= 512
    assert dropped > 5000


@given(st.binary(max_size=700))
def test_any_bytes_are_survived(packet: bytes) -> None:
    assert artnet.read(packet) is None or packet[:8] == b"Art-Net\0"
    assert sacn.read(packet) is None or packet[4:13] == b"ASC-E1.17"


@given(
    st.integers(1, 63999), st.integers(0, 200), st.integers(0, 255), st.binary(max_size=512), st.booleans(), st.text()
)
def test_what_is_written_is_read(
    universe: int, priority: int, sequence: int, data: bytes, flag: bool, name: str
) -> None:
    packet = sacn.Packet(bytes(16), universe, priority, sequence, data, flag, not flag)
    assert sacn.read(sacn.written(packet, name)) == packet
    if data and universe <= artnet.MOST_UNIVERSE:
        assert artnet.read(artnet.written(universe, data, sequence)) == (
            universe, sequence, data + b"\0" * (len(data) % 2),
        )  # fmt: skip
