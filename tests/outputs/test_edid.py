"""EDIDs: what is read from good ones, and that bad ones say what is wrong with them."""

from __future__ import annotations

import string

import pytest
from edids import edid
from hypothesis import given
from hypothesis import strategies as st

from installation.outputs.edid import BLOCK, read_edid

LETTERS = st.text(string.ascii_uppercase, min_size=3, max_size=3)
WORDS = st.from_regex(r"[!-~]{1,6}( [!-~]{1,6})?", fullmatch=True)


@given(LETTERS, WORDS, WORDS, st.integers(0, 0xFFFF))
def test_maker_model_and_serial_are_read_as_they_were_written(maker: str, name: str, serial: str, product: int) -> None:
    read = read_edid(edid(maker, name, serial, product=product))
    assert (read.maker, read.product, read.name, read.serial) == (maker, product, name, serial)
    assert read.identity == f"{maker} {name} {serial}"


def test_a_display_without_texts_is_known_by_its_numbers() -> None:
    assert read_edid(edid("DEL", name="", serial="", number=4711, product=0xA0B1)).identity == "DEL A0B1 4711"


@pytest.mark.parametrize("number", [0, 0x01010101, 0xFFFFFFFF])
def test_a_number_that_a_maker_writes_in_all_its_displays_is_no_serial(number: int) -> None:
    assert read_edid(edid("DEL", name="U2720Q", number=number)).identity == "DEL U2720Q"


def test_blocks_that_follow_are_left_alone() -> None:
    assert read_edid(edid(serial="1") + bytes(BLOCK)).serial == "1"


@pytest.mark.parametrize(
    ("at", "value", "said"),
    [
        (0, 1, "no EDID"),
        (127, None, "checksum"),
        (18, 2, "version 2"),
        (8, 0x80, "three letters"),
        (8, 0, "three letters"),
    ],
)
def test_what_is_wrong_is_said(at: int, value: int | None, said: str) -> None:
    block = bytearray(edid())
    block[at] = (block[at] + 1) % 256 if value is None else value
    if at != 127:
        block[127] = -sum(block[:127]) % 256
    with pytest.raises(ValueError, match=said):
        read_edid(bytes(block))


@given(st.binary(max_size=300) | st.builds(lambda rest: edid()[:54] + rest, st.binary(min_size=74, max_size=300)))
def test_any_bytes_are_an_edid_or_a_value_error(data: bytes) -> None:
    try:
        read = read_edid(data)
    except ValueError as error:
        assert str(error)
    else:
        assert read.identity.isprintable() and len(read.identity) <= 3 + 13 + 13 + 2


@given(st.lists(st.tuples(st.integers(0, 126), st.integers(0, 255)), max_size=8))
def test_a_block_with_a_right_checksum_and_a_few_wrong_bytes_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    block = bytearray(edid(serial="X4P21"))
    for at, value in changes:
        block[at] = value
    block[127] = -sum(block[:127]) % 256
    try:
        assert read_edid(bytes(block)).identity.isprintable()
    except ValueError:
        pass
