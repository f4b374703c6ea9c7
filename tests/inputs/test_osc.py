"""A real UDP socket: messages arrive in order, hostile packets are counted, ports are refused with advice."""

from __future__ import annotations

import random
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from installation.clock import now
from installation.errors import CommandError, DeviceError
from installation.inputs.osc import (
    MAX_AHEAD,
    MAX_SCHEDULED,
    NTP_1970,
    NTP_ERA,
    OscMessage,
    OscReceiver,
    ask,
    decode,
    send,
)
from installation.inputs.osc_datagrams import AT_ONCE, SMALL, Datagrams

HOST = "127.0.0.1"
WALL = 1_800_000_000.0


@pytest.fixture
def receiver() -> Iterator[OscReceiver]:
    with OscReceiver(HOST, 0, wall=lambda: WALL) as opened:
        yield opened


@pytest.fixture
def client() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind((HOST, 0))
        link.settimeout(5)
        yield link


def drain_until(receiver: OscReceiver, count: int) -> list[OscMessage]:
    """Loopback delivers at once, but a busy machine may not."""
    found: list[OscMessage] = []
    deadline = now() + 10
    while len(found) < count and now() < deadline:
        found += receiver.drain()
    return found


def packet(address: str, number: int) -> bytes:
    padded = address.encode() + b"\0" * (4 - len(address) % 4)
    return padded + b",i\0\0" + struct.pack(">i", number)


def bundle(seconds_ahead: float, *packets: bytes, wall: float = WALL) -> bytes:
    tag = int(((wall + NTP_1970 + seconds_ahead) % NTP_ERA) * 2**32)
    parts = b"".join(struct.pack(">i", len(part)) + part for part in packets)
    return b"#bundle\0" + struct.pack(">Q", tag) + parts


def test_nothing_has_come_yet(receiver: OscReceiver) -> None:
    assert receiver.port > 0
    assert receiver.drain() == []


def test_messages_come_out_in_the_order_in_which_they_arrived(receiver: OscReceiver) -> None:
    for number in range(200):
        send(HOST, receiver.port, f"/n/{number % 3}", number)
    found = drain_until(receiver, 200)
    assert [m.args[0] for m in found] == list(range(200))
    assert receiver.counters["packets"] == receiver.counters["messages"] == 200


def test_one_drain_takes_at_most_its_limit_and_the_rest_next_time(receiver: OscReceiver, client: socket.socket) -> None:
    for number in range(30):
        client.sendto(packet("/a", number), (HOST, receiver.port))
    assert len(receiver.drain(limit=20)) == 20
    assert [m.args[0] for m in drain_until(receiver, 10)] == list(range(20, 30))


@pytest.mark.parametrize("one_by_one", [False, True])
@pytest.mark.parametrize("host", [HOST, "::1"])
def test_datagrams_of_any_size_come_whole_in_order_and_with_their_senders(host: str, one_by_one: bool) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as stack:
        links = [stack.enter_context(socket.socket(family, socket.SOCK_DGRAM)) for _ in range(3)]
        try:
            for link in links:
                link.bind((host, 0))
        except OSError:
            pytest.skip(f"no {host} here")
        into, *senders = links
        into.setblocking(False)
        datagrams = Datagrams(into)
        if one_by_one:
            datagrams._many = None
        assert datagrams.take(10) == ([], [])
        for sizes in ([0, 4, SMALL - 1, SMALL, SMALL + 1, 9000, 60_000, 8], [*range(AT_ONCE + 9)], [30_000, 1]):
            for n, size in enumerate(sizes):
                senders[n % 2].sendto(bytes([n]) * size, into.getsockname())
            found: list[tuple[bytes, object]] = []
            deadline = now() + 10
            while len(found) < len(sizes) and now() < deadline:
                packets, of = datagrams.take(50)
                assert len(packets) <= 50
                assert all(len(packet) <= SMALL for packet in packets[:-1])  # there is time to look at the clock
                found += zip(packets, of, strict=True)
            assert [packet for packet, _ in found] == [bytes([n]) * size for n, size in enumerate(sizes)]
            assert [sender for _, sender in found] == [senders[n % 2].getsockname() for n in range(len(sizes))]


def test_of_values_that_stream_the_newest_is_left_and_every_one_is_counted(
    receiver: OscReceiver, client: socket.socket
) -> None:
    for number in range(300):
        client.sendto(packet(("/go" if number % 100 == 99 else f"/n/{number % 2}"), number), (HOST, receiver.port))
    found: list[OscMessage] = []
    deadline = now() + 10
    while receiver.counters["messages"] < 300 and now() < deadline:
        found += receiver.drain(voids=lambda message: message.address != "/go")
    assert receiver.counters["messages"] == receiver.counters["packets"] == 300
    assert receiver.counters["coalesced"] == 300 - len(found)
    assert [m.args[0] for m in found if m.address == "/go"] == [99, 199, 299]
    at = [m.address for m in found].index("/go")
    assert sorted(m.args[0] for m in found[:at])[-2:] == [97, 98]


def test_what_is_read_between_two_frames_comes_with_the_next_in_its_order(
    receiver: OscReceiver, client: socket.socket
) -> None:
    for part in range(6):
        for number in range(50):
            client.sendto(packet("/n" if number % 10 else "/go", part * 50 + number), (HOST, receiver.port))
        receiver.gather(voids=lambda message: message.address == "/n")
    client.sendto(b"nothing", (HOST, receiver.port))
    client.sendto(packet("/go", 300), (HOST, receiver.port))
    deadline = now() + 10
    found: list[OscMessage] = []
    while receiver.counters["packets"] < 302 and now() < deadline:
        found += receiver.drain()
    assert [m.args[0] for m in found if m.address == "/go"] == [*range(0, 300, 10), 300]
    numbers = [m.args[0] for m in found]
    assert numbers == sorted(numbers) and 299 in numbers
    assert receiver.counters["messages"] == 301 == len(found) + receiver.counters["coalesced"]
    assert receiver.counters["malformed"] == 1
    receiver.close()
    receiver.gather()
    assert receiver.drain() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_what_the_kernel_had_no_room_for_is_counted(receiver: OscReceiver, client: socket.socket) -> None:
    sent = 30_000
    for number in range(sent):
        client.sendto(packet("/a", number), (HOST, receiver.port))
    taken = 0
    while some := receiver.drain():
        taken += len(some)
    assert taken + int(str(receiver.status()["overflowed"])) == sent


def test_malformed_packets_are_counted_and_the_next_good_message_works(
    receiver: OscReceiver, client: socket.socket
) -> None:
    chance = random.Random(7)
    good = packet("/reveal", 1)
    for _ in range(400):
        raw = bytearray(chance.randbytes(chance.randrange(1, 60)) if chance.random() < 0.5 else good)
        raw[chance.randrange(len(raw))] ^= 0xFF
        client.sendto(bytes(raw[: chance.randrange(1, len(raw) + 1)]), (HOST, receiver.port))
        receiver.drain()
    client.sendto(b"", (HOST, receiver.port))
    client.sendto(good, (HOST, receiver.port))
    assert drain_until(receiver, 1)[-1][:2] == ("/reveal", (1,))
    assert receiver.counters["malformed"] > 300
    assert receiver.counters["packets"] == receiver.counters["malformed"] + receiver.counters["messages"]


def test_a_bundle_dated_ahead_waits_for_its_time_and_a_past_one_does_not(
    receiver: OscReceiver, client: socket.socket
) -> None:
    client.sendto(bundle(2.0, packet("/late", 2)), (HOST, receiver.port))
    client.sendto(bundle(1.0, packet("/soon", 1)), (HOST, receiver.port))
    client.sendto(bundle(-500.0, packet("/past", 0)), (HOST, receiver.port))
    assert [m.address for m in receiver.drain(now=100.0)] == ["/past"]
    assert receiver.waiting == 2
    assert receiver.drain(now=100.9) == []
    assert [m.address for m in receiver.drain(now=102.1)] == ["/soon", "/late"]
    assert receiver.counters["scheduled"] == 2


def test_a_bundle_dated_too_far_ahead_is_dropped(receiver: OscReceiver, client: socket.socket) -> None:
    client.sendto(bundle(MAX_AHEAD + 1, packet("/far", 1), packet("/far", 2)), (HOST, receiver.port))
    assert receiver.drain(now=0.0) == []
    assert receiver.waiting == 0
    assert receiver.counters["dropped"] == 2


def test_scheduled_messages_are_bounded(receiver: OscReceiver, client: socket.socket) -> None:
    full = bundle(5.0, *[packet("/a", 1)] * 1000)
    for _ in range(6):
        client.sendto(full, (HOST, receiver.port))
        receiver.drain(now=0.0)
    assert receiver.waiting <= MAX_SCHEDULED
    assert receiver.counters["dropped"] == 2000
    assert len(receiver.drain(now=6.0)) == 4000


def test_time_tags_survive_the_year_2036(client: socket.socket) -> None:
    before_the_wrap = NTP_ERA - NTP_1970 - 0.5
    with OscReceiver(HOST, 0, wall=lambda: before_the_wrap) as receiver:
        client.sendto(bundle(1.0, packet("/wrapped", 1), wall=before_the_wrap), (HOST, receiver.port))
        assert receiver.drain(now=10.0) == []
        assert [m.address for m in receiver.drain(now=11.1)] == ["/wrapped"]


def test_a_reply_reaches_the_sender(receiver: OscReceiver, client: socket.socket) -> None:
    client.sendto(packet("/status", 1), (HOST, receiver.port))
    sender = drain_until(receiver, 1)[0].sender
    assert receiver.reply(sender, "/reply/status", "{}", 1, 0.5, True, None, 1e300)
    (answer,) = decode(client.recv(1000))
    assert answer[:2] == ("/reply/status", ("{}", 1, 0.5, True, None, 1e300))


@pytest.mark.parametrize(
    ("sender", "args"),
    [
        (None, ()),
        (("not a host", 1), ()),
        ((HOST, 99999), ()),
        ((HOST, 9), (object(),)),
        ((HOST, 9), (2**80,)),
        ((HOST, 9), ("x" * 70_000,)),
        ((HOST, 9), ("\ud800",)),
    ],
)
def test_a_reply_that_cannot_go_is_counted_and_never_raised(
    receiver: OscReceiver, sender: tuple[object, ...] | None, args: tuple[object, ...]
) -> None:
    assert receiver.reply(sender, "/reply", *args) is False
    assert receiver.counters["unsent"] == 1


def test_closing_twice_is_fine_and_a_closed_receiver_is_quiet(receiver: OscReceiver) -> None:
    port = receiver.port
    receiver.close()
    receiver.close()
    assert receiver.drain() == []
    assert receiver.reply((HOST, 9), "/a") is False
    OscReceiver(HOST, port).close()


def test_a_taken_port_says_which_and_what_to_try(receiver: OscReceiver) -> None:
    with pytest.raises(DeviceError) as caught:
        OscReceiver(HOST, receiver.port)
    assert f"port {receiver.port} on {HOST} is taken" in str(caught.value)
    assert "site file" in caught.value.problems[0].hint


@pytest.mark.parametrize(
    ("host", "port", "says"),
    [
        (HOST, 70000, "not a port"),
        ("192.0.2.1", 0, "not an address of this machine"),
        ("no such host", 0, "not a host"),
        ("a" * 300, 0, "not a host"),
    ],
)
def test_an_address_that_cannot_be_had_is_explained(host: str, port: int, says: str) -> None:
    with pytest.raises(DeviceError, match=says):
        OscReceiver(host, port)


def answer_once(receiver: OscReceiver, address: str, *args: object) -> threading.Thread:
    def serve() -> None:
        for message in drain_until(receiver, 1):
            receiver.reply(message.sender, address, *args)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_asking_returns_the_reply(receiver: OscReceiver) -> None:
    thread = answer_once(receiver, "/reply/status", '{"fps":60}')
    assert ask(HOST, receiver.port, "/status", timeout=10) == ('{"fps":60}',)
    thread.join()


def test_asking_raises_what_the_engine_refuses(receiver: OscReceiver) -> None:
    thread = answer_once(receiver, "/error", "/go", 'no cue "9"', "cues: 1, 2")
    with pytest.raises(CommandError, match='no cue "9"') as caught:
        ask(HOST, receiver.port, "/go", "9", timeout=10)
    assert caught.value.problems[0].hint == "cues: 1, 2"
    thread.join()


def test_asking_gives_up_after_its_time(receiver: OscReceiver) -> None:
    assert ask(HOST, receiver.port, "/go", timeout=0.05) is None


def test_asking_where_nothing_listens_says_so(receiver: OscReceiver) -> None:
    port = receiver.port
    receiver.close()
    with pytest.raises(DeviceError, match="nothing listens"):
        ask(HOST, port, "/status", timeout=10)


def test_what_osc_cannot_carry_is_refused_before_it_is_sent(receiver: OscReceiver) -> None:
    with pytest.raises(CommandError, match="can't be sent"):
        send(HOST, receiver.port, "/a", object())
