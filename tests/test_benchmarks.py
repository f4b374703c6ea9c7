"""The benchmark against C is only worth something while both draw the same picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import fuzz, fuzz_web, isf, osc, record, reloads
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


@pytest.mark.gl
@pytest.mark.parametrize("trusted", [False, True])
def test_broken_packets_commands_and_requests_to_the_console_change_and_leak_nothing(
    device: Device, trusted: bool
) -> None:
    found = fuzz_web.run(device, 1000, trusted)
    assert found.changed == []
    assert found.answers
    assert found.malformed > 150
    assert found.growth < fuzz.LEAK


@pytest.mark.gl
def test_a_stream_of_osc_with_triggers_is_taken_whole(device: Device) -> None:
    found = osc.play(device, "ours", 4000, 0.8, (32, 18))
    assert found.sent > 1000
    assert found.lost == 0
    assert found.triggers_sent > 3
    assert found.in_order


@pytest.mark.gl
def test_what_python_osc_hears_reaches_the_same_engine(device: Device) -> None:
    found = osc.play(device, "python-osc blocking", 100, 0.5, (32, 18))
    assert 0 < found.taken <= found.sent


@pytest.mark.gl
def test_what_a_film_costs_is_measured_on_films_that_are_whole(device: Device, tmp_path: Path) -> None:
    _, _, said = record.live(device, 2, tmp_path, 4, (64, 36))
    assert "of 8 pictures left out" in said
    assert len(list(tmp_path.glob("film_*.mp4"))) == 3  # a round to warm up
    show = record.show_of(tmp_path / "offline", 0)
    for kind in (record.rendered, record.separately):
        assert kind(device, show, tmp_path, 5, (64, 36))(1)[0] > 0
    assert abs((tmp_path / "render.mp4").stat().st_size - (tmp_path / "apart.mp4").stat().st_size) < 200
