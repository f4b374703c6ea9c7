"""Draws a show into a file: a still, a folder of pictures, a film; a part of it, or the whole. `installation render`.

The same inputs give the same bytes, also where it took several tries: what an earlier one has finished is not encoded
again. It is drawn again, for what grows on the wall depends on every frame before. Called by the command line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from installation import __version__
from installation.clock import FixedClock
from installation.engine import Engine
from installation.errors import DeviceError, OutputError, Problem
from installation.gpu.device import Device
from installation.gpu.mosaic import Mosaic
from installation.gpu.textures import Texture
from installation.outputs.codecs import Quality
from installation.outputs.frames import BUFFERS, FrameWriter
from installation.outputs.joining import Sound
from installation.outputs.monitor import ReadBack
from installation.outputs.parts import PART_SECONDS, Parts
from installation.outputs.writers import kind_of, writer_for
from installation.play import Asked, apply, canvas_size, write_sensed
from installation.scene.load import Show
from installation.scene.schema import SiteFile
from installation.walk import Walk

HOLD = 20.0
"""Seconds that a cue which waits for a GO stands in a film of the whole show, where it has no duration of its own."""
TILE = 4096
"""Pixels a side that a graphics card draws at once: more of a heavy shader, and its driver may take it for hung."""


@dataclass(frozen=True)
class Film:
    """What to render. From which second, for how long (0: one picture), how often; how many frames, it and history, are
    drawn before; `whole`: until the cue list has ended. `codec` and `quality` as `outputs.codecs` has them; `sound`: a
    file beside the film. `beside`: other files that it is made of. `tile`: pixels a side that are drawn at once."""

    start: float = 0.0
    duration: float = 0.0
    fps: float = 30.0
    frames: int | None = None
    whole: bool = False
    hold: float = HOLD
    codec: str | None = None
    quality: Quality = "good"
    sound: Path | None = None
    beside: tuple[Path, ...] = ()
    part_seconds: float = PART_SECONDS
    tile: int | None = None


def render(
    show: Show,
    site: SiteFile,
    asked: Asked,
    film: Film,
    out: Path,
    progress: Callable[[int, int], None],
    say: Callable[[str], None] = lambda text: None,
) -> list[Problem]:
    """Draws a still (duration 0) or a film to a file. Returns what went wrong. Raises InstallationError."""
    from installation.inputs.audio import OfflineAudio
    from installation.inputs.osc import match
    from installation.patchbay import beats_of
    from installation.watching import offline_cameras

    with ExitStack() as stack:
        device = Device.headless()
        stack.callback(device.close)
        size = canvas_size(show, asked.size, device.software)
        device.tile = film.tile or (0 if device.software else TILE)
        if max(size) > device.max_texture:
            Mosaic(device)
        check_room(device, size)
        camera = offline_cameras(site, asked.seed or 0)
        stack.callback(camera.close)
        ear = OfflineAudio(site.audio.source, site.audio.gain)
        stack.callback(ear.close)
        engine = Engine(
            device,
            show,
            size,
            camera,
            match,
            ears=ear,
            live=False,
            seed=asked.seed,
            flash_guard=site.flash_guard,
            smoothing=site.smoothing,
        )
        stack.callback(engine.close)
        engine.beats = beats_of(site.tempo)
        deep = engine.wall.canvas.form != "rgba8"
        writer = _writer(show, site, asked, film, out, size, deep, device, say)
        with writer:
            apply(engine, asked, 0.0)
            stack.callback(write_sensed(engine, asked, film.start, 0.0))
            read = ReadBack(device, size, writer.deep)
            stack.callback(read.close)
            if not (isinstance(writer, Parts) and writer.ended and asked.sensed is None):
                draw(engine, film, asked, writer, read, progress)
        return [*engine.problems, *engine.wall.problems]


def check_room(device: Device, size: tuple[int, int]) -> None:
    """Raises OutputError for a canvas that is sure not to fit into memory, before hours are spent on it."""
    import psutil

    pixels = size[0] * size[1]
    # A canvas is five pictures (`render.wall`), a scene's stack four (`render.stack`), and a frame waits to be written.
    needed = pixels * ((48 if device.software else 4) + 4 * BUFFERS)
    free = psutil.virtual_memory().available
    hint = "fewer pixels: halve each side for a quarter of the memory"
    if needed > free:
        raise OutputError(
            f"{size[0]}x{size[1]} needs at least {needed / 2**30:.1f} GiB of memory, and {free / 2**30:.1f} are free",
            hint=hint,
        )
    if device.software:
        device.room = free
    try:
        Texture(device, *size, "rgba16f").close()  # the largest that every scene has
        device.free_doomed()
    except DeviceError as error:
        raise OutputError(f"{device.renderer} has no room for {size[0]}x{size[1]}", hint=hint) from error


def draw(
    engine: Engine,
    film: Film,
    asked: Asked,
    writer: FrameWriter,
    read: ReadBack,
    progress: Callable[[int, int], None],
) -> None:
    """Every frame, in order: those before the film's first pass or are drawn as history, the others are written."""
    first = round(film.start * film.fps)
    walk = Walk(engine, film.hold, asked.cue or engine.show.file.start) if film.whole else None
    last = first + max(round(film.duration * film.fps), 1) - 1
    if walk and not film.duration:
        last = max(round(walk.seconds * film.fps), 1) - 1
    history = first if film.frames is None else min(max(film.frames - 1, 0), first)
    parts = writer if isinstance(writer, Parts) else None
    clock = FixedClock(film.fps)
    index = 0
    while walk.goes_on(index / film.fps) if walk else index <= last:
        if film.duration and index > last:
            break
        frame = clock.next()
        if index < first - history:
            engine.skip(frame)
        else:
            canvas = engine.step(frame)
            if index >= first:
                if parts is None or parts.wants():
                    writer.write(read.read(canvas))
                else:
                    parts.pass_over()
        index += 1
        progress(min(index, last + 1), last + 1)


def _writer(
    show: Show,
    site: SiteFile,
    asked: Asked,
    film: Film,
    out: Path,
    size: tuple[int, int],
    deep: bool,
    device: Device,
    say: Callable[[str], None],
) -> FrameWriter:
    """A still's writer, or the parts of a film or folder, with what an earlier try has left of them."""
    if kind_of(out) == "still":
        return writer_for(out, *size, film.fps, film.codec, film.quality, deep)
    heard = None if site.audio.source in ("auto", "none") else Path(site.audio.source).expanduser()
    sound = Sound(film.sound, film.start) if film.sound else None
    if sound is None and heard is not None and heard.is_file() and kind_of(out) == "film":
        sound = Sound(heard, film.start, loops=True)  # what the show answers to, as it hears it
    depends = _depends_on(show, site, asked, film, device)
    parts = Parts(out, size, film.fps, depends, film.codec, film.quality, deep, sound, film.part_seconds)
    if parts.begun_anew:
        say(f"{out.name}: what an earlier try had left was of something else, and is gone")
    elif parts.found:
        say(f"{out.name}: goes on after {parts.found / film.fps:.0f} seconds that an earlier try has finished")
    return parts


def _depends_on(show: Show, site: SiteFile, asked: Asked, film: Film, device: Device) -> dict[str, Any]:
    """All that decides what the frames look like, in plain values."""
    import av

    wish = asdict(film) | asdict(asked)
    for name in ("sound", "beside", "codec", "quality", "site", "sensed", "part_seconds", "tile"):
        wish.pop(name, None)
    given = [*film.beside, *([film.sound] if film.sound else []), Path(site.audio.source)]
    given += [Path(eye.source) for eye in site.eyes]
    return {
        **wish,
        "engine": [__version__, _sum_of(_engine())],
        "show": [show.name, _sum_of(_files(show))],
        "given": [_sum_of({path.name: path}) for path in given if path.is_file()],
        "building": site.model_dump(
            mode="json", include={"camera", "cameras", "audio", "flash_guard", "smoothing", "tempo"}
        ),
        "drawn by": [device.renderer, device.version],
        "in tiles": [device.max_texture, device.tile] if device.mosaic else [],
        "encoded by": [av.__version__, *(".".join(map(str, found)) for found in av.library_versions.values())],
    }


def _files(show: Show) -> dict[str, Path]:
    from installation.logbook.keeping import files_of

    if (show.folder / "show.yaml").is_file():
        return files_of(show)
    # A shader by itself: its folder may be anybody's.
    shaders = [shader for scene in show.scenes.values() for shader in scene.shaders.values()]
    paths = [Path(path) for shader in shaders for path in (shader.path, shader.vertex_path) if path]
    paths += [Path(path) for shader in shaders for image in shader.imported for path in image.paths]
    return {str(path): path for path in paths}


def _engine() -> dict[str, Path]:
    folder = Path(__file__).parent
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py")}


def _sum_of(files: dict[str, Path]) -> str:
    """A checksum of files and their names."""
    whole = hashlib.sha256()
    for name, path in sorted(files.items()):
        whole.update(f"{name}\0".encode())
        try:
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        except OSError:
            whole.update(b"?")
    return whole.hexdigest()
