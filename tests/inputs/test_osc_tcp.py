"""OSC over TCP: both framings, found out by themselves; no client can hold up the frame, the others, or the memory."""

from __future__ import annotations

import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.tcp_client import SimpleTCPClient

from installation.clock import now
from installation.inputs.osc import OscMessage, OscReceiver, decode
from installation.inputs.osc_decode import MAX_PACKET, OscError
from installation.inputs.osc_stream import Frames
from installation.inputs.osc_tcp import MOST_OF_A_HOST, MOST_UNREADABLE, UNFINISHED
from installation.osc_wire import encode, framed

HOST = "127.0.0.1"


@pytest.fixture
def receiver() -> Iterator[OscReceiver]:
    with OscReceiver(HOST, 0, tcp=True) as opened:
        yield opened


def connect(receiver: OscReceiver) -> socket.socket:
    link = socket.create_connection((HOST, receiver.port), 5)
    link.settimeout(5)
    return link


def drain_until(
    receiver: OscReceiver, so: Callable[[list[OscMessage]], object], moment: float | None = None
) -> list[OscMessage]:
    """What comes in until it is so; asks in vain for at most ten seconds."""
    found: list[OscMessage] = []
    deadline = now() + 10
    while not so(found) and now() < deadline:
        found += receiver.drain(now=moment)
    assert so(found)
    return found


def clients(receiver: OscReceiver) -> int:
    return int(str(receiver.status()["tcp_clients"]))


packets = st.lists(st.binary(min_size=1, max_size=40).map(lambda raw: raw + b"\xc0\xdb" * 2), max_size=8)


@given(packets, st.lists(st.integers(1, 20), min_size=1), st.sampled_from(["slip", "length"]))
def test_packets_come_out_as_they_went_in_however_the_stream_is_cut(
    given: list[bytes], cuts: list[int], framing: str
) -> None:
    sent = [raw + b"\0" * (-len(raw) % 4) for raw in given]
    stream = b"".join(framed(raw, framing) for raw in sent)  # type: ignore[arg-type]
    frames, found, at = Frames(), [], 0
    while at < len(stream):
        size = cuts[at % len(cuts)]
        found += frames.feed(stream[at : at + size])
        at += size
    assert found == sent
    assert not frames.unfinished


@pytest.mark.parametrize(
    "stream",
    [
        b"POST / HTTP/1.1\r\n",
        b"\xff\xff\xff\xff",
        b"\0\0\0\0",
        b"\0\0\0\3abc",
        b"\0\0\0\x04abcd\xff\xff\xff\xff",
        b"\xc0" + b"/" * (3 * MAX_PACKET),
    ],
)
def test_a_stream_that_is_no_osc_is_refused(stream: bytes) -> None:
    with pytest.raises(OscError):
        Frames().feed(stream)


@pytest.mark.parametrize("mode", ["1.0", "1.1"])
def test_python_osc_is_understood_and_answered_in_its_own_framing(receiver: OscReceiver, mode: str) -> None:
    client = SimpleTCPClient(HOST, receiver.port, mode=mode)
    client.send_message("/go", ["5", 2.5, True, [1, 2]])
    (message,) = drain_until(receiver, len)
    assert message[:2] == ("/go", ("5", 2.5, True, (1, 2)))
    assert receiver.reply(message.sender, "/reply/go", "\xc0 ok", 7)
    assert [(m.address, m.params) for m in _messages(client)] == [("/reply/go", ["\xc0 ok", 7])]
    client.close()


def _messages(client: SimpleTCPClient):  # type: ignore[no-untyped-def]
    from pythonosc.osc_message import OscMessage as Theirs

    return [Theirs(raw) for raw in client.receive(5)]


def test_many_clients_keep_their_own_order(receiver: OscReceiver) -> None:
    links = [connect(receiver) for _ in range(4)]
    for number in range(300):
        for which, link in enumerate(links):
            link.sendall(framed(encode(f"/{which}", [number]), "slip" if which % 2 else "length"))
    found = drain_until(receiver, lambda found: len(found) == 1200)
    for which in range(4):
        assert [m.args[0] for m in found if m.address == f"/{which}"] == list(range(300))
    for link in links:
        link.close()
    drain_until(receiver, lambda _: clients(receiver) == 0)


def test_what_could_not_be_taken_in_one_frame_comes_in_the_next(receiver: OscReceiver) -> None:
    with connect(receiver) as link:
        link.sendall(b"".join(framed(encode("/n", [number]), "slip") for number in range(500)))
        found: list[OscMessage] = []
        deadline = now() + 10
        while len(found) < 500 and now() < deadline:
            some = receiver.drain(limit=7)
            assert len(some) <= 8
            found += some
        assert [m.args[0] for m in found] == list(range(500))


def test_a_browser_is_cut_off_and_nothing_of_its_request_is_done(receiver: OscReceiver) -> None:
    with connect(receiver) as link:
        link.sendall(b"POST /go HTTP/1.1\r\nHost: x\r\n\r\n" + framed(encode("/go"), "slip"))
        drain_until(receiver, lambda _: receiver.status()["tcp_dropped"] == 1)
        assert receiver.counters["messages"] == 0


def test_a_client_that_sends_only_nonsense_is_dropped_and_the_others_go_on(receiver: OscReceiver) -> None:
    chance = random.Random(3)
    with connect(receiver) as bad, connect(receiver) as good:
        drain_until(receiver, lambda _: clients(receiver) == 2)
        for _ in range(MOST_UNREADABLE + 1):
            bad.sendall(framed(b"/" + chance.randbytes(6), "slip"))
        drain_until(receiver, lambda _: receiver.status()["tcp_dropped"] == 1)
        good.sendall(framed(encode("/go"), "slip"))
        assert drain_until(receiver, len)[0].address == "/go"
    assert receiver.counters["malformed"] > MOST_UNREADABLE


def test_a_packet_that_never_ends_is_not_waited_for(receiver: OscReceiver) -> None:
    with connect(receiver) as link:
        link.sendall(b"\0\0\x01\0begun")
        drain_until(receiver, lambda _: clients(receiver), 100.0)
        link.sendall(b"still")
        deadline = now() + 0.3
        while now() < deadline:
            receiver.drain(now=100.0 + UNFINISHED - 1)
        assert clients(receiver) == 1
        drain_until(receiver, lambda _: clients(receiver) == 0, 100.0 + UNFINISHED + 1)


def test_a_client_that_does_not_read_its_replies_is_dropped_without_waiting(receiver: OscReceiver) -> None:
    with connect(receiver) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.sendall(framed(encode("/status"), "slip"))
        sender = drain_until(receiver, len)[0].sender
        text = "x" * 60_000
        sent = 0
        while receiver.reply(sender, "/reply/status", text):
            sent += 1
            assert sent < 500
        assert receiver.status()["tcp_dropped"] == 1
        assert not receiver.has(sender)  # type: ignore[arg-type]


def test_one_machine_can_not_take_all_connections(receiver: OscReceiver) -> None:
    links = [connect(receiver) for _ in range(MOST_OF_A_HOST + 3)]
    drain_until(receiver, lambda _: receiver.status()["tcp_refused"] == 3)
    assert clients(receiver) == MOST_OF_A_HOST
    for link in links:
        link.close()
    drain_until(receiver, lambda _: clients(receiver) == 0)


def test_who_is_not_on_the_list_is_not_heard() -> None:
    with OscReceiver(HOST, 0, tcp=True, allow=["192.0.2.0/24"]) as receiver:
        link = connect(receiver)
        drain_until(receiver, lambda _: receiver.status()["foreign"] == 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(encode("/go"), (HOST, receiver.port))
            drain_until(receiver, lambda _: receiver.status()["foreign"] == 2)
        assert receiver.counters["messages"] == 0
        link.close()


def test_a_length_sent_one_byte_at_a_time_by_a_thread_is_read_all_the_same(receiver: OscReceiver) -> None:
    def trickle() -> None:
        with connect(receiver) as link:
            for byte in framed(encode("/go", ["5"]), "length"):
                link.sendall(struct.pack("B", byte))

    thread = threading.Thread(target=trickle)
    thread.start()
    assert drain_until(receiver, len)[0][:2] == ("/go", ("5",))
    thread.join()


def test_a_tcp_port_that_is_taken_leaves_udp() -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        with OscReceiver(HOST, port, tcp=True) as receiver:
            assert receiver.tcp_problem is not None
            assert "can't be had over TCP" in str(receiver.tcp_problem)
            assert receiver.status()["tcp"] is False


values: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(width=32, allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
    | st.binary(max_size=30),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)


@given(st.lists(values, max_size=6))
def test_what_is_encoded_is_decoded_to_the_same(args: list[object]) -> None:
    (message,) = decode(encode("/some/address", args))
    assert message[:2] == ("/some/address", tuple(args))


@pytest.mark.parametrize("address", ["go", "/a b", "/a#b", "/ä", "", "/a\0"])
def test_an_address_that_osc_does_not_know_is_not_sent(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        encode(address)
