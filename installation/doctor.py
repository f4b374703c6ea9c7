"""Looks at the machine: what is fine, and what to do about the rest. `installation doctor` prints it.

It changes nothing and never raises: a look that fails is itself a finding. What a bad driver or library
could crash (a GL context, OpenCV) is tried in a process of its own, so this module imports neither.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from installation.doctor_gear import look_at_audio, look_at_link, look_at_midi, look_at_pjlink
from installation.finding import Finding, first_line, try_apart
from installation.resources import cache_folder

MEGABYTE = 1 << 20
GIGABYTE = 1 << 30
SCRIPTS = {
    "Greek": "ω",
    "Cyrillic": "ж",
    "Vietnamese": "ệ",
    "Hebrew": "א",
    "Arabic": "ب",
    "Devanagari": "क",
    "Bengali": "ক",
    "Tamil": "க",
    "Thai": "ก",
    "Ethiopic": "ሀ",
    "Georgian": "ა",
    "Armenian": "ա",
    "Chinese": "中",
    "Japanese": "か",
    "Korean": "한",
}
"""A letter of each script that Lato, which comes along, does not have."""

IN_CJK = {"Chinese", "Japanese", "Korean"}


def examine(osc_port: int = 9000, console_port: int = 8142, host: str = "127.0.0.1") -> list[Finding]:
    """Looks at everything, in the order to read it. Takes a few seconds; never raises."""
    looks: list[tuple[str, Callable[[], list[Finding]]]] = [
        ("Python", look_at_python),
        ("OpenGL", look_at_gl),
        ("displays", look_at_displays),
        ("OpenCV", look_at_opencv),
        ("cameras", look_at_cameras),
        ("camera privacy", look_at_privacy),
        ("audio", look_at_audio),
        ("MIDI", look_at_midi),
        ("Ableton Link", look_at_link),
        ("projectors", look_at_pjlink),
        ("OSC port", lambda: look_at_port("OSC port", socket.SOCK_DGRAM, host, osc_port)),
        ("console port", lambda: look_at_port("console port", socket.SOCK_STREAM, host, console_port)),
        ("fonts", look_at_fonts),
        ("films", look_at_films),
        ("disk", look_at_disk),
        ("cache folder", look_at_cache),
        ("shared memory", look_at_shared_memory),
    ]
    findings: list[Finding] = []
    for name, look in looks:
        try:
            findings += look()
        except Exception as error:
            said = f"could not be looked at: {type(error).__name__}: {error}"
            findings.append(Finding(name, "warning", said, "report this line; the show may play all the same"))
    return findings


def look_at_python() -> list[Finding]:
    said = f"{platform.python_version()} in {sys.prefix}"
    if sys.maxsize < 1 << 32:
        return [Finding("Python", "trouble", f"{said}, 32 bit", "use a 64-bit Python")]
    return [Finding("Python", "fine", said)]


# -- pictures ----------------------------------------------------------------------------------------------

_TRY_GL = """
import json
from installation.gpu.device import Device
device = Device.headless()
print(json.dumps([device.renderer, device.version, device.software]))
"""


def look_at_gl(program: str = _TRY_GL) -> list[Finding]:
    """Makes a context in another process. `program` prints [renderer, version, software or not] as JSON."""
    lines, problem = try_apart(program)
    packages = "apt-get install libegl1 libgl1 libgl1-mesa-dri, or the graphics card's own driver"
    if problem:
        return [Finding("OpenGL", "trouble", f"no OpenGL 3.3 context: {problem}", packages)]
    renderer, version, software = json.loads(lines[-1])
    if software:
        slow = "enough for rendering and tests; for a show in full size, use a machine with a graphics card"
        card = (
            f", or let this user reach {hidden}: sudo usermod -aG video,render $USER" if (hidden := _hidden()) else ""
        )
        return [Finding("OpenGL", "warning", f"{renderer}, drawn by the processor ({version})", slow + card)]
    return [Finding("OpenGL", "fine", f"{renderer} ({version})")]


def _hidden() -> str:
    """A graphics card's device file that this user may not open, or ""."""
    cards = sorted(Path("/dev/dri").glob("renderD*"))
    return next((str(card) for card in cards if not os.access(card, os.R_OK | os.W_OK)), "")


def look_at_displays() -> list[Finding]:
    """What is plugged in (as Linux sees it), and whether there is a desktop to open a window on."""
    if platform.system() != "Linux":
        return [Finding("displays", "fine", "the system's own; `installation list displays` lists them")]
    plugged = [
        f"{file.parent.name.partition('-')[2]} {first_line(file.parent / 'modes')}".strip()
        for file in sorted(Path("/sys/class/drm").glob("card*-*/status"))
        if first_line(file) == "connected"
    ]
    seen = f"plugged in: {', '.join(plugged)}" if plugged else "none plugged in that the system tells of"
    desktop = os.environ.get("DISPLAY", "")
    if not desktop:
        start = "start from a desktop session (or set DISPLAY) for a window; without one the show plays headless"
        return [Finding("displays", "warning", f"no X display in this session; {seen}", start)]
    from installation.errors import DeviceError
    from installation.outputs.hotplug import look

    try:
        shown = look()
    except DeviceError as error:
        said = f"DISPLAY is {desktop}: {error.problems[0].message}; {seen}"
        return [
            Finding("displays", "trouble", said, "unset DISPLAY to play headless, or start from the desktop itself")
        ]
    listed = [f"{d.called}, {d.width} x {d.height}" + (f" at {d.rate:g} Hz" if d.rate else "") for d in shown]
    said = f"X display {desktop} has {'; '.join(listed) or 'no display now: its picture would wait'}; {seen}"
    if len({round(d.rate) for d in shown if d.rate}) > 1:
        set_one = "set one rate for all (xrandr --output NAME --rate 60), or windows: each in the site file"
        return [Finding("displays", "warning", f"{said}; their rates differ, and one window keeps one", set_one)]
    return [Finding("displays", "fine", said)]


def look_at_opencv() -> list[Finding]:
    lines, problem = try_apart("import cv2; print(cv2.__version__)")
    if problem:
        return [Finding("OpenCV", "trouble", f"does not start: {problem}", "apt-get install libgl1 libglib2.0-0")]
    return [Finding("OpenCV", "fine", lines[-1])]


def look_at_cameras(devices: str = "/dev") -> list[Finding]:
    """Looks for video devices and whether this user may open them, without opening them."""
    if platform.system() != "Linux":
        return [Finding("cameras", "fine", "the system asks for permission when one is first used")]
    found = sorted(Path(devices).glob("video*"), key=lambda device: (len(device.name), device.name))
    if not found:
        plug = "plug one in, or name a video file in the site file; until then a synthetic visitor plays"
        return [Finding("cameras", "warning", "none found", plug)]
    shut = [str(device) for device in found if not os.access(device, os.R_OK | os.W_OK)]
    if shut:
        join = "sudo usermod -aG video $USER, then log out and in again"
        return [Finding("cameras", "trouble", f"this user may not open {', '.join(shut)}", join)]
    names = (first_line(Path("/sys/class/video4linux") / device.name / "name") for device in found)
    listed = (f"{device} ({name})" if name else str(device) for device, name in zip(found, names, strict=True))
    return [Finding("cameras", "fine", ", ".join(listed))]


def look_at_privacy(
    program: str = "from installation.inputs.camera_process import main; main(['--prove'])",
) -> list[Finding]:
    """Locks a process in as the one that sees is, and tries to get out."""
    name = "camera privacy"
    lines, problem = try_apart(program)
    if problem:
        return [Finding(name, "warning", f"the camera process can't be locked in: {problem}", "report this line")]
    told = json.loads(lines[-1])
    held, refused = told["held"], told["refused"]
    if not held:
        return [Finding(name, "warning", "this system locks nothing in", "on Linux 5.13 or later the kernel does")]
    got_out = [attempt for attempt, was_refused in refused.items() if not was_refused]
    if got_out:
        return [Finding(name, "trouble", f"the camera process could: {', '.join(got_out)}", "use a later kernel")]
    return [Finding(name, "fine", f"the process that sees is locked in: {'; '.join(held)}")]


# -- connections -------------------------------------------------------------------------------------------


def look_at_port(name: str, kind: socket.SocketKind, host: str, port: int) -> list[Finding]:
    """Whether the engine could open this port now; leaves it closed again."""
    protocol = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
    place = f"{protocol} {host}:{port}"
    with socket.socket(socket.AF_INET, kind) as attempt:
        if kind == socket.SOCK_STREAM and os.name != "nt":
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except (OSError, OverflowError) as error:
            holder = _holder(kind, port)
            said = f"{place} can't be opened: {holder or getattr(error, 'strerror', None) or error}"
            stop = "stop that program (or the show that already runs), or choose another port in the site file"
            return [Finding(name, "trouble", said, stop)]
    return [Finding(name, "fine", f"{place} is free")]


def _holder(kind: socket.SocketKind, port: int) -> str:
    """Says which process has a port, as far as this user may know."""
    import psutil

    try:
        for link in psutil.net_connections("udp" if kind == socket.SOCK_DGRAM else "tcp"):
            waiting = link.status in (psutil.CONN_LISTEN, psutil.CONN_NONE)
            if link.laddr and link.laddr.port == port and waiting and link.pid:
                return f"{psutil.Process(link.pid).name()} (process {link.pid}) has it"
    except (psutil.Error, OSError):
        pass  # macOS tells only root
    return ""


# -- letters and films -------------------------------------------------------------------------------------


def look_at_fonts() -> list[Finding]:
    """Lato and shaping come along; other scripts are drawn with the system's Noto fonts."""
    from PIL import features

    from installation.render.typeset import font_of, lato

    latin = str(lato("regular"))
    if not Path(latin).is_file():
        return [Finding("fonts", "trouble", "Lato is missing from the package font-lato", "set up anew: delete .venv")]
    if not features.check("raqm"):
        said = "letters are set one by one: no Arabic, no Devanagari, no kerning (raqm or fribidi is missing)"
        return [Finding("fonts", "warning", said, "apt-get install libfribidi0, and Pillow from PyPI")]
    lacking = {script for script, letter in SCRIPTS.items() if font_of(letter, latin) == latin}
    if not lacking:
        return [Finding("fonts", "fine", f"Lato, shaping, and fonts for {len(SCRIPTS)} other scripts")]
    listed = ", ".join(script for script in SCRIPTS if script in lacking)
    packages = [
        *(["fonts-noto-core"] if lacking - IN_CJK else []),
        *(["fonts-noto-cjk"] if lacking & IN_CJK else []),
    ]
    if_used = f"only if your texts use them: apt-get install {' '.join(packages)}"
    return [Finding("fonts", "warning", f"Lato and shaping are here; no letters for {listed}", if_used)]


def look_at_films() -> list[Finding]:
    """What PyAV's own ffmpeg can write and read."""
    import av

    encoders = [name for name in ("libx264", "libx265", "prores_ks", "ffv1") if _can(name, "w")]
    decoders = [name for name in ("h264", "hevc", "vp9", "av1", "prores", "hap") if _can(name, "r")]
    reads, writes = ", ".join(decoders) or "nothing", ", ".join(encoders) or "nothing"
    said = f"PyAV {av.__version__} reads {reads}; writes {writes}"
    if "libx264" not in encoders or "h264" not in decoders:
        return [Finding("films", "trouble", said, "install PyAV from PyPI: its wheel has ffmpeg with H.264 inside")]
    return [Finding("films", "fine", f"{said}; {_extras()}")]


def _extras() -> str:
    """Which of the libraries are here that bring other outputs."""
    known = {"OpenEXR": "EXR pictures", "pyvirtualcam": "virtual cameras", "cyndilib": "NDI"}
    return ", ".join(f"{what} {'yes' if importlib.util.find_spec(name) else 'no'}" for name, what in known.items())


def _can(codec: str, mode: Literal["r", "w"]) -> bool:
    import av

    try:
        av.Codec(codec, mode)
    except ValueError:  # what av raises for an unknown codec
        return False
    return True


# -- room --------------------------------------------------------------------------------------------------


def look_at_disk(folder: str = ".") -> list[Finding]:
    free = shutil.disk_usage(folder).free
    said = f"{free / GIGABYTE:.1f} GB free where you are"
    if free < GIGABYTE // 2:
        return [Finding("disk", "trouble", said, "make room: logs, caches and films need some")]
    if free < 5 * GIGABYTE:
        return [Finding("disk", "warning", said, "enough to play; make room before you render films")]
    return [Finding("disk", "fine", said)]


def look_at_cache(folder: Path | None = None) -> list[Finding]:
    """Writes a file into the cache folder, or into the nearest folder above it that is there."""
    chosen = cache_folder() if folder is None else folder
    there = next((place for place in (chosen, *chosen.parents) if place.exists()), chosen)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        give = "give this user the folder, or set INSTALLATION_CACHE to another"
        return [Finding("cache folder", "trouble", f"{chosen} can't be written: {error.strerror}", give)]
    return [Finding("cache folder", "fine", f"{chosen} can be written")]


def look_at_shared_memory(folder: str = "/dev/shm") -> list[Finding]:
    """The camera and the console page hand pictures over through it: a few megabytes. Without a name, or else in a folder."""
    if platform.system() != "Linux":
        return [Finding("shared memory", "fine", "the system's own")]
    try:
        os.close(os.memfd_create("installation-doctor"))
        return [Finding("shared memory", "fine", "without a name: nothing is left of it in any folder")]
    except OSError:
        pass  # then it is a file
    if not os.access(folder, os.W_OK):
        mount = f"mount it: sudo mount -t tmpfs -o size=256m tmpfs {folder}"
        return [Finding("shared memory", "trouble", f"{folder} is missing or can't be written", mount)]
    free = shutil.disk_usage(folder).free
    said = f"{free / MEGABYTE:.0f} MB free in {folder}"
    if free < 48 * MEGABYTE:
        return [Finding("shared memory", "trouble", said, "make it larger; for a container: --shm-size=256m")]
    return [Finding("shared memory", "fine", said)]
