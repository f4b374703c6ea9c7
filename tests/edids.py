"""EDIDs as displays send them, for tests."""

from __future__ import annotations


def edid(maker: str = "SEC", name: str = "EPSON PJ", serial: str = "", number: int = 0, product: int = 0xA123) -> bytes:
    """A base block: three letters of the maker, the model's name, and its serial as a text or a number."""
    block = bytearray(128)
    block[:8] = bytes((0, 255, 255, 255, 255, 255, 255, 0))
    a, b, c = (ord(letter) - 64 for letter in maker)
    block[8:10] = (a << 10 | b << 5 | c).to_bytes(2, "big")
    block[10:12] = product.to_bytes(2, "little")
    block[12:16] = number.to_bytes(4, "little")
    block[16:20] = bytes((12, 33, 1, 4))  # week, year from 1990, version 1.4
    block[54:56] = (14850).to_bytes(2, "little")  # the first descriptor is a timing: 148.50 MHz
    for start, tag, text in ((72, 0xFC, name), (90, 0xFF, serial)):
        if text:
            block[start : start + 18] = bytes((0, 0, 0, tag, 0)) + f"{text}\n".encode("cp437")[:13].ljust(13)
    block[127] = -sum(block) % 256
    return bytes(block)
