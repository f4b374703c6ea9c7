"""What a display says of itself: the maker, the model's name and the serial number in its EDID.

Pure: bytes in, an `Edid` out. Strict, for bytes come over long cables: a block whose header or checksum is wrong says nothing.
Source: VESA Enhanced Extended Display Identification Data Standard, release A, revision 2 (E-EDID 1.4), sections 3.3 (header),
3.4 (vendor and product), 3.10.3 (display descriptors) and 3.11 (checksum). Only the base block is read. Called by `displays`.
"""

from __future__ import annotations

from dataclasses import dataclass

BLOCK = 128
LARGEST = BLOCK * 256
HEADER = bytes((0, 255, 255, 255, 255, 255, 255, 0))
NAME, SERIAL = 0xFC, 0xFF
NO_SERIALS = (0, 0x01010101, 0xFFFFFFFF)
"""What makers write in every display's serial number where they don't count them."""


@dataclass(frozen=True, slots=True)
class Edid:
    """Three letters of the maker, its number for the model, the model's name, and the serial number; "" where there is none."""

    maker: str
    product: int
    name: str
    serial: str

    @property
    def identity(self) -> str:
        """Maker, model and serial as one text: SEC EPSON PJ X4P2100123. Two of a model that isn't counted have the same."""
        return " ".join(part for part in (self.maker, self.name or f"{self.product:04X}", self.serial) if part)


def read_edid(data: bytes) -> Edid:
    """Reads the base block. Raises ValueError with what is wrong with it; never anything else, for any bytes."""
    if not BLOCK <= len(data) <= LARGEST:
        raise ValueError(f"an EDID has {BLOCK} to {LARGEST} bytes, not {len(data)}")
    block = data[:BLOCK]
    if block[:8] != HEADER:
        raise ValueError("this is no EDID: its first eight bytes are others")
    if sum(block) % 256:
        raise ValueError("the EDID's checksum is wrong: a bad cable or adapter")
    if block[18] != 1:
        raise ValueError(f"an EDID of version {block[18]}, not 1")
    packed = block[8] << 8 | block[9]
    letters = [packed >> shift & 31 for shift in (10, 5, 0)]
    if packed >> 15 or not all(1 <= letter <= 26 for letter in letters):
        raise ValueError("the EDID's maker is not three letters")
    texts = {NAME: "", SERIAL: ""}
    for start in (54, 72, 90, 108):
        part = block[start : start + 18]
        if part[:3] == b"\0\0\0" and part[3] in texts:  # else the timing of a picture, or something else
            texts[part[3]] = texts[part[3]] or _text(part[5:])
    number = int.from_bytes(block[12:16], "little")
    return Edid(
        maker="".join(chr(64 + letter) for letter in letters),
        product=int.from_bytes(block[10:12], "little"),
        name=texts[NAME],
        serial=texts[SERIAL] or ("" if number in NO_SERIALS else str(number)),
    )


def _text(raw: bytes) -> str:
    """Up to thirteen letters, ended by a line feed; what can't be printed is a blank."""
    line = raw.split(b"\n")[0]
    return " ".join("".join(chr(code) if 32 < code < 127 else " " for code in line).split())
