"""The doctor tells good from bad, says what to do, and never raises."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from installation import doctor, finding
from installation.doctor import Finding


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1
    return findings[0]


def test_everything_that_is_not_fine_says_what_to_do() -> None:
    findings = doctor.examine(osc_port=0, console_port=0)
    assert {finding.state for finding in findings} <= {"fine", "warning", "trouble"}
    assert [finding for finding in findings if finding.state != "fine" and not finding.try_] == []
    assert len({finding.name for finding in findings}) == len(findings) == 17
    assert not [finding for finding in findings if "could not be looked at" in finding.said]


def test_a_look_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[Finding]:
        raise RuntimeError("the disk is on the moon")

    monkeypatch.setattr(doctor, "look_at_disk", broken)
    found = {finding.name: finding for finding in doctor.examine(0, 0)}
    assert found["disk"].state == "warning"
    assert "the disk is on the moon" in found["disk"].said


@pytest.mark.parametrize(("kind", "protocol"), [(socket.SOCK_DGRAM, "UDP"), (socket.SOCK_STREAM, "TCP")])
def test_a_taken_port_names_who_has_it(kind: socket.SocketKind, protocol: str) -> None:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            holder.listen()
        port = holder.getsockname()[1]
        taken = only(doctor.look_at_port("port", kind, "127.0.0.1", port))
    assert taken.state == "trouble"
    assert f"{protocol} 127.0.0.1:{port}" in taken.said
    if sys.platform == "linux":
        assert f"process {os.getpid()}" in taken.said
    assert only(doctor.look_at_port("port", kind, "127.0.0.1", port)).state == "fine"


def test_a_port_that_no_computer_has_is_trouble() -> None:
    assert only(doctor.look_at_port("port", socket.SOCK_DGRAM, "127.0.0.1", 70000)).state == "trouble"


def test_software_gl_is_a_warning_and_a_graphics_card_is_fine() -> None:
    software = only(doctor.look_at_gl('print(\'["llvmpipe", "4.5", true]\')'))
    card = only(doctor.look_at_gl('print(\'["GeForce", "4.6", false]\')'))
    assert (software.state, card.state) == ("warning", "fine")
    assert "llvmpipe" in software.said and "GeForce" in card.said


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_driver_that_crashes_takes_only_its_own_process_along() -> None:
    crashed = only(doctor.look_at_gl("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))
    assert crashed.state == "trouble"
    assert "SIGSEGV" in crashed.said and "libegl1" in crashed.try_


def test_a_driver_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PATIENCE", 0.3)
    assert "did not answer" in only(doctor.look_at_gl("import threading; threading.Event().wait()")).said


def test_a_driver_that_is_missing_gives_its_own_words() -> None:
    assert "no EGL here" in only(doctor.look_at_gl("raise SystemExit('no EGL here')")).said


@pytest.mark.skipif(sys.platform != "linux", reason="Linux names cameras by files")
def test_cameras_are_found_by_number_and_none_is_only_a_warning(tmp_path: Path) -> None:
    assert only(doctor.look_at_cameras(str(tmp_path))).state == "warning"
    for number in (10, 2):
        (tmp_path / f"video{number}").touch()
    found = only(doctor.look_at_cameras(str(tmp_path)))
    assert found.state == "fine"
    assert found.said.index("video2") < found.said.index("video10")


def test_no_microphone_is_a_warning_with_what_to_do_and_one_is_fine() -> None:
    none = only(doctor.look_at_audio('print(\'[[], "", ""]\')'))
    assert none.state == "warning" and "no microphone" in none.said and "plug in" in none.try_
    missing = only(doctor.look_at_audio('print(\'[[], "PortAudio is missing", "install it"]\')'))
    assert "PortAudio is missing" in missing.said and "install it" in missing.try_
    assert only(doctor.look_at_audio('print(\'[["room"], "", ""]\')')) == Finding("audio", "fine", "room")


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() == 0, reason="root may open everything")
def test_a_camera_that_is_shut_names_the_group_to_join(tmp_path: Path) -> None:
    (tmp_path / "video0").touch(mode=0)
    shut = only(doctor.look_at_cameras(str(tmp_path)))
    assert shut.state == "trouble" and "usermod" in shut.try_


@pytest.mark.skipif(sys.platform != "linux", reason="X displays")
def test_a_display_where_nobody_answers_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (":987", "127.0.0.1:987.0", "nonsense", ":99999999999"):
        monkeypatch.setenv("DISPLAY", name)
        assert only(doctor.look_at_displays()).state == "trouble", name
    monkeypatch.delenv("DISPLAY")
    assert only(doctor.look_at_displays()).state == "warning"


def test_a_cache_folder_need_not_be_there_yet_but_must_be_writable(tmp_path: Path) -> None:
    assert only(doctor.look_at_cache(tmp_path / "not" / "yet")).state == "fine"
    (tmp_path / "file").touch()
    assert only(doctor.look_at_cache(tmp_path / "file" / "cache")).state == "trouble"
    assert not (tmp_path / "not").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/shm")
def test_missing_shared_memory_is_trouble_where_the_kernel_gives_none_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert only(doctor.look_at_shared_memory(str(tmp_path / "shm"))).state == "fine"

    def refused(name: str) -> int:
        raise OSError(1, name)

    monkeypatch.setattr("os.memfd_create", refused)
    assert only(doctor.look_at_shared_memory(str(tmp_path / "shm"))).state == "trouble"


def test_scripts_without_a_font_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from installation.render import typeset

    monkeypatch.setattr(typeset, "font_of", lambda letter, latin: latin if letter in "한ب" else "Noto")
    found = only(doctor.look_at_fonts())
    assert found.state == "warning"
    assert "Arabic, Korean" in found.said and "Greek" not in found.said
    assert "fonts-noto-core fonts-noto-cjk" in found.try_


def test_the_doctor_needs_no_gl_and_no_opencv_in_its_own_process() -> None:
    program = (
        "import json, sys; from installation.doctor import examine; examine(0, 0);"
        "print(json.dumps([name for name in ('cv2', 'pyglet', 'duckdb') if name in sys.modules]))"
    )
    ended = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout) == []
