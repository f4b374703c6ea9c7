"""The decoder takes what OSC 1.0 allows and refuses, as a whole, everything else."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_message_builder import OscMessageBuilder

from installation.inputs import osc_decode
from installation.inputs.osc_decode import Decoder, OscError, OscMessage, TimeTag, decode


def text(given: str) -> bytes:
    raw = given.encode() + b"\0"
    return raw + b"\0" * (-len(raw) % 4)


def message(address: str, tags: str, data: bytes = b"") -> bytes:
    return text(address) + text("," + tags) + data


def bundle(*elements: bytes, tag: int = 1) -> bytes:
    parts = b"".join(struct.pack(">i", len(element)) + element for element in elements)
    return b"#bundle\0" + struct.pack(">Q", tag) + parts


def only(packet: bytes) -> OscMessage:
    (found,) = decode(packet)
    return found


@pytest.mark.parametrize(
    ("tags", "data", "expected"),
    [
        ("i", struct.pack(">i", -7), -7),
        ("f", struct.pack(">f", 0.5), 0.5),
        ("h", struct.pack(">q", -(2**40)), -(2**40)),
        ("d", struct.pack(">d", 1e300), 1e300),
        ("s", text("Größe"), "Größe"),
        ("S", text("abc"), "abc"),
        ("s", text(""), ""),
        ("b", struct.pack(">i", 5) + b"hello\0\0\0", b"hello"),
        ("b", struct.pack(">i", 0), b""),
        ("t", struct.pack(">Q", 2**63 + 5), TimeTag(2**63 + 5)),
        ("c", struct.pack(">I", 65), "A"),
        ("r", bytes((255, 0, 51, 255)), (1.0, 0.0, 0.2, 1.0)),
        ("m", bytes((0, 0x90, 60, 100)), bytes((0, 0x90, 60, 100))),
        ("T", b"", True),
        ("F", b"", False),
        ("N", b"", None),
        ("I", b"", math.inf),
        ("[i[s]T]", struct.pack(">i", 1) + text("x"), (1, ("x",), True)),
        ("[]", b"", ()),
    ],
)
def test_every_type_of_osc_1_0_is_read(tags: str, data: bytes, expected: object) -> None:
    assert only(message("/a", tags, data)).args == (expected,)


def test_a_message_may_have_no_arguments() -> None:
    assert only(message("/go", "")) == OscMessage("/go", ())


def test_a_float_that_is_not_a_number_is_let_through_for_the_parameter_to_refuse() -> None:
    assert math.isnan(only(message("/a", "f", struct.pack(">f", math.nan))).args[0])  # type: ignore[arg-type]


GOOD = message(
    "/scene/a/b", "ifs[d]b", struct.pack(">if", 1, 2.0) + text("hey") + struct.pack(">di", 3.0, 2) + b"ab\0\0"
)


def test_a_message_cut_off_anywhere_is_refused() -> None:
    assert len(decode(GOOD)) == 1
    for length in range(len(GOOD)):
        with pytest.raises(OscError):
            decode(GOOD[:length])


def test_a_message_longer_than_its_arguments_is_refused() -> None:
    with pytest.raises(OscError, match="after the last argument"):
        decode(GOOD + b"\0\0\0\0")


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\0\0\0\0",
        b"abcd",
        text("/go"),
        text("/go") + text("i"),
        text("go") + text(","),
        text("/a b") + text(","),
        text("/ä") + text(","),
        text("/a#b") + text(","),
        message("/a", "q"),
        message("/a", "[i", struct.pack(">i", 1)),
        message("/a", "]"),
        message("/a", "[" * 9 + "]" * 9),
        message("/a", "s", b"\xff\xfe\0\0"),
        message("/a", "c", struct.pack(">I", 300)),
        message("/a", "b", struct.pack(">i", -1)),
        message("/a", "b", struct.pack(">i", 2**31 - 1)),
        message("/a", "b", struct.pack(">i", 1) + b"a\0\0b"),
        b"/a\0x" + text(","),
        message("/" + "a" * 600, ""),
        message("/a", "T" * 2000),
        b"#bundle\0",
        b"#bundle\0" + b"\0" * 4,
        bundle() + b"\0\0\0\0",
        bundle() + struct.pack(">i", 8) + b"/a\0\0",
        bundle() + struct.pack(">i", -4),
        bundle() + struct.pack(">i", 3) + b"/a\0",
        bundle(message("/a", ""), message("/b", "i")),
        b"#bundlE\0" + b"\0" * 8,
    ],
)
def test_what_is_malformed_is_refused(packet: bytes) -> None:
    with pytest.raises(OscError):
        decode(packet)


def test_bundles_keep_order_and_an_inner_one_is_never_due_before_its_outer_one() -> None:
    inner = bundle(message("/b", ""), tag=1)
    found = decode(bundle(message("/a", ""), inner, bundle(), message("/c", ""), tag=8 << 32))
    assert [m.address for m in found] == ["/a", "/b", "/c"]
    assert [m.due for m in found] == [8.0, 8.0, 8.0]


def test_a_bundle_for_immediately_has_no_due_time() -> None:
    assert [m.due for tag in (0, 1) for m in decode(bundle(message("/a", ""), tag=tag))] == [None, None]


def test_depth_and_number_of_bundled_messages_are_bounded() -> None:
    packet = message("/a", "")
    for _ in range(osc_decode.MAX_BUNDLE_DEPTH):
        packet = bundle(packet)
    assert len(decode(packet)) == 1
    with pytest.raises(OscError, match="nested"):
        decode(bundle(packet))
    with pytest.raises(OscError, match="messages in a packet"):
        decode(bundle(*[message("/a", "")] * (osc_decode.MAX_MESSAGES + 1)))


def test_a_remembered_header_reads_the_same_and_is_still_strict() -> None:
    decoder = Decoder()
    packet = message("/a/b", "if", struct.pack(">if", 1, 2.0))
    first, second = decoder.decode(packet), decoder.decode(packet)
    assert first == second == [OscMessage("/a/b", (1, 2.0))]
    for wrong in (packet[:-4], packet + b"\0\0\0\0", packet[:-1]):
        with pytest.raises(OscError):
            decoder.decode(wrong)


def test_a_flood_of_addresses_does_not_grow_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osc_decode, "CACHED_HEADERS", 16)
    decoder = Decoder()
    for number in range(100):
        decoder.decode(message(f"/n/{number}", "i", struct.pack(">i", number)))
        assert len(decoder._headers) <= 16


ARGUMENTS = st.one_of(
    st.integers(-(2**31) + 1, 2**31 - 1),
    st.floats(width=32, allow_nan=False),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
    st.binary(min_size=1, max_size=12),
    st.booleans(),
    st.none(),
)


def built(address: str, args: list[object]) -> bytes:
    builder = OscMessageBuilder(address)
    for arg in args:
        builder.add_arg(arg)  # type: ignore[arg-type]
    return bytes(builder.build().dgram)


@given(st.from_regex(r"(/[a-z0-9_]{1,8}){1,4}", fullmatch=True), st.lists(ARGUMENTS, max_size=6))
@settings(max_examples=150, deadline=None)
def test_what_a_foreign_builder_writes_is_read_back(address: str, args: list[object]) -> None:
    decoder = Decoder()
    for _ in range(2):
        assert decoder.decode(built(address, args)) == [OscMessage(address, tuple(args))]  # type: ignore[arg-type]


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_random_bytes_are_read_or_refused_and_nothing_else(packet: bytes) -> None:
    try:
        decode(packet)
    except OscError:
        pass


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_mutated_packets_are_read_or_refused_and_leave_the_decoder_well(data: st.DataObject) -> None:
    decoder = Decoder()
    good = bundle(GOOD, bundle(message("/x", "i", struct.pack(">i", 1)), tag=99 << 32), message("/y", "TF"))
    packet = bytearray(data.draw(st.sampled_from([good, GOOD, message("/p", "iiif", bytes(16))])))
    decoder.decode(bytes(packet))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(packet) - 1))
        how = data.draw(st.sampled_from(["byte", "cut", "insert", "double"]))
        if how == "byte":
            packet[at] = data.draw(st.integers(0, 255))
        elif how == "cut" and len(packet) > 4:
            del packet[at : at + data.draw(st.integers(1, 8))]
        elif how == "insert":
            packet[at:at] = data.draw(st.binary(min_size=1, max_size=8))
        else:
            packet += packet[at:]
        if not packet:
            break
    outcomes = []
    for reader in (decoder.decode, decode):
        try:
            outcomes.append(repr(reader(bytes(packet))))
        except OscError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]  # what is remembered changes nothing
    assert len(decoder.decode(GOOD)) == 1
