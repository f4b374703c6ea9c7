"""The benchmark against C is only worth something while both draw the same picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import fuzz, isf, reloads
from installation.gpu.device import Device
from installation.render.screen import Screen


@pytest.mark.gl
@pytest.mark.parametrize("title", isf.SHADERS)
def test_the_renderer_and_a_bare_c_program_draw_the_same(title: str, device: Device, tmp_path: Path) -> None:
    program = isf.compiled(tmp_path)
    if isinstance(program, str):
        pytest.skip(program)
    screen = Screen(device)
    isf.race(device, screen, program, isf.SHADERS[title][0], (96, 54), rounds=2, repeats=2)  # raises when they don't
    screen.close()


@pytest.mark.gl
def test_reloads_with_mistakes_leave_nothing_behind_and_the_last_that_works_on_the_wall(device: Device) -> None:
    found = reloads.play(device, 60)
    assert found.objects == 0
    assert found.wrong == 0


@pytest.mark.gl
@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("kind", ["udp", "tcp"])
def test_thousands_of_broken_packets_change_and_leak_nothing(device: Device, kind: str, trusted: bool) -> None:
    found = fuzz.run(device, kind, 2000, trusted)  # type: ignore[arg-type]
    assert found.changed == []
    assert found.answers
    assert found.malformed > 300
    assert found.messages > 100
    assert found.growth < fuzz.LEAK
