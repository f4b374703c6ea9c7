"""A show that plays as a process of its own, with lights, a desk, shared tempo, and MIDI that isn't there."""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path

import pytest
from playing import Playing, until

from installation.gear import artnet
from shows import filled, write_show

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes and signals of POSIX")

CUES = """cues:
  - {number: 1, scene: red, fade: 0}
  - {number: 2, set: {/lights/house: 1}, fade: 0, quantise: beat}
"""


def test_gear_is_played_told_and_left_as_chosen(tmp_path: Path) -> None:
    show = write_show(tmp_path / "show", {"red": filled("#ff0000")}, CUES)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as node:
        node.bind(("127.0.0.1", 0))
        node.settimeout(20.0)
        hall = tmp_path / "hall.yaml"
        hall.write_text(
            f"""midi: {{in: {{knobs: no-such-knobs}}}}
tempo: {{link: true, bpm: 100}}
lights:
  universes: {{stage: {{protocol: artnet, universe: 4, host: 127.0.0.1, port: {node.getsockname()[1]}}}}}
  fixtures:
    wash: {{universe: stage, channel: 1, canvas: [0, 0, 1, 1], end: hold}}
    house: {{universe: stage, channel: 4, end: 0.2}}
  host: 127.0.0.88
  in: {{desk: {{protocol: artnet, universe: 1, allow: [127.0.0.1], channels: {{1: /go}}}}}}
""",
            "utf-8",
        )
        with Playing(show, "--site", hall) as playing:

            def levels() -> bytes:
                said = artnet.read(node.recv(600))
                assert said is not None and said[0] == 4
                return said[2]

            def newest() -> bytes:
                """What came last; it may have waited for long."""
                found = levels()
                node.setblocking(False)
                try:
                    while True:
                        found = levels()
                except BlockingIOError:
                    node.settimeout(20.0)
                    return found

            until(lambda: levels()[:4] == b"\xff\0\0\0", "the canvas's red")
            told = playing.until(lambda status: status["gear"]["midi"]["problem"] or any(
                "no-such-knobs" in str(one) for one in status["problems"]
            ), "MIDI that isn't there")  # fmt: skip
            assert told["tempo"]["bpm"] >= 20 and told["gear"]["link"]["problem"] == ""
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:

                def pressed() -> bool:
                    for level in (0, 255):
                        desk.sendto(artnet.written(1, bytes((level, 0)), 0), ("127.0.0.88", artnet.PORT))
                        playing.goes_on()
                    return newest()[3] == 255

                until(pressed, "the desk's GO to light the house")
            assert playing.end(signal.SIGTERM) == 0
            last = b""
            node.settimeout(0.2)
            try:
                while True:
                    last = node.recv(600)
            except TimeoutError:
                assert last[18:22] == b"\xff\0\0\x33"
