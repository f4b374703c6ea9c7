"""What a show is made of, file by file, and the copies that the log keeps of them: an edit must not take last night away.

A file has a name (show/..., shaders/..., datasets/PACKAGE/...) and a checksum. Small ones are kept, each content once, beside the
segments; of large ones, films mostly, the checksum alone. Never called in a frame.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from installation.errors import DataError
from installation.resources import search_path

if TYPE_CHECKING:
    from installation.data.package import Package
    from installation.scene.isf import Isf
    from installation.scene.load import Scene, Show

FOLDER = "files"
FIRST = (".yaml", ".fs", ".vs", ".vert", ".csv", ".json")
"""Endings of the files that are kept before others, where a show is too large to be kept whole."""
LARGEST = 4 << 20
"""Bytes of a file that is kept; of a larger one only its checksum is noted."""
MOST_KEPT = 64 << 20
"""Bytes of one show that are kept."""
MOST_FILES = 4096
_SUM = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"(show|shaders|datasets)(/[^/\0\\]{1,200}){1,12}")


def files_of(show: Show) -> dict[str, Path]:
    """Every file that a show is made of, by name."""
    found: dict[str, Path] = {}
    for path in sorted(_below(show.folder), key=lambda path: path.suffix not in FIRST):
        found[f"show/{path.relative_to(show.folder).as_posix()}"] = path
    shaders = [*show.shaders.values(), *(shader for scene in show.scenes.values() for shader in scene.shaders.values())]
    for shader in shaders:
        found |= _of_shader(shader, show)
    for scene in show.scenes.values():
        for package in scene.packages.values():
            found |= _of_package(package, show)
    return dict(list(found.items())[:MOST_FILES])


def edited(before: Show, after: Show) -> dict[str, Path | None]:
    """The files of what plays from now on and did not before; None for what is gone. A file that is saved and doesn't work is
    not among them: its last working version plays on."""
    found: dict[str, Path | None] = {}
    if after.file is not before.file and after.file != before.file:
        found["show/show.yaml"] = after.folder / "show.yaml"
    for name, shader in after.shaders.items():
        if shader is not before.shaders.get(name):
            found |= _of_shader(shader, after)
    for name, scene in after.scenes.items():
        old = before.scenes.get(name)
        if old is not scene:
            found |= _of_scene(scene, old, after)
    for name in before.scenes.keys() - after.scenes.keys():
        found[f"show/scenes/{name}.yaml"] = None
    return found


def _of_scene(scene: Scene, old: Scene | None, show: Show) -> dict[str, Path]:
    found: dict[str, Path] = {f"show/scenes/{scene.name}.yaml": scene.path}
    for name, shader in scene.shaders.items():
        if old is None or shader is not old.shaders.get(name):
            found |= _of_shader(shader, show)
    for alias, package in scene.packages.items():
        was = old.packages.get(alias) if old else None
        if was is None or (was.version, was.folder) != (package.version, package.folder):
            found |= _of_package(package, show)
    return found


def _of_shader(shader: Isf, show: Show) -> dict[str, Path]:
    paths = [Path(shader.path), *([Path(shader.vertex_path)] if shader.vertex_path else [])]
    paths += [Path(path) for image in shader.imported for path in image.paths]
    return _named(paths, show)


def _of_package(package: Package, show: Show) -> dict[str, Path]:
    if package.watched:  # a file of the show's own
        return _named(package.watched, show)
    return {
        f"datasets/{package.name}/{path.relative_to(package.folder).as_posix()}": path
        for path in _below(package.folder)
    }


def _named(paths: Iterable[Path], show: Show) -> dict[str, Path]:
    """Files of the show's folder, or of the folders for shaders, by name; others are no part of a show."""
    roots = [("show", show.folder.resolve()), *(("shaders", folder.resolve()) for folder in search_path("shaders"))]
    found = {}
    for path in (each.resolve() for each in paths):
        for name, root in roots:
            if path.is_relative_to(root):
                found[f"{name}/{path.relative_to(root).as_posix()}"] = path
                break
    return found


def _below(folder: Path) -> list[Path]:
    """The regular files below a folder, sorted; hidden ones are not a show's."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(place) / name for name in sorted(names) if not name.startswith(".")]
        if len(found) > MOST_FILES:
            break
    return [path for path in found if path.is_file()]


@dataclass(frozen=True)
class Store:
    """Contents by their checksum, packed, in a folder beside the segments."""

    folder: Path

    def sum_of(self, path: Path, keep: bool = True) -> str | None:
        """A file's checksum; its content is kept where it is small. None where it can't be read. Raises OSError where it
        can't be kept."""
        digest, small = hashlib.sha256(), b""
        try:
            with path.open("rb") as file:
                if os.fstat(file.fileno()).st_size <= LARGEST:
                    small = file.read(LARGEST + 1)
                    digest.update(small)
                while piece := file.read(1 << 20):
                    digest.update(piece)
                    small = b""
                empty = file.tell() == 0
        except OSError:
            return None
        found = digest.hexdigest()
        if keep and (small or empty):
            self._keep(found, small)
        return found

    def _keep(self, sum_: str, content: bytes) -> None:
        path = self.folder / sum_
        try:
            os.utime(path)  # it is still used: see `forget`
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = path.with_suffix(f".{os.getpid()}")
            draft.write_bytes(zlib.compress(content, 6))
            os.replace(draft, path)

    def touch(self, sums: Iterable[str | None]) -> None:
        """Says that these are still used."""
        for sum_ in sums:
            with suppress(OSError):
                os.utime(self.folder / (sum_ or "-"))

    def content(self, sum_: str) -> bytes | None:
        """What has this checksum; None where it is not kept, or damaged."""
        if not _SUM.fullmatch(sum_):
            return None
        try:
            packer = zlib.decompressobj()
            found = packer.decompress((self.folder / sum_).read_bytes(), LARGEST + 1)
        except (OSError, zlib.error):
            return None
        return found if hashlib.sha256(found).hexdigest() == sum_ else None

    def forget(self, before: float) -> None:
        """Deletes what no segment can need that was begun at `before` or later: each segment that begins uses its own anew."""
        with suppress(OSError):
            for path in self.folder.iterdir():
                with suppress(OSError):
                    if path.stat().st_mtime < before:
                        path.unlink()


def lay_out(
    files: Mapping[str, str | None], store: Store, roots: Mapping[str, Path], then: Callable[[str], Path | None]
) -> tuple[list[Path], list[str]]:
    """Puts files as they were below `roots` (of "show", "shaders", "datasets"): from the store, else from where they lie (`then`
    says, by name), if they are still the same. Gives the paths, and the names of those that are not the same: there they lie as
    they are now, or not at all. None deletes. Raises DataError for a name that leads elsewhere, OSError.
    """
    paths: list[Path] = []
    differ: list[str] = []
    for name, sum_ in files.items():
        if not _NAME.fullmatch(name) or ".." in name.split("/"):
            raise DataError(f"the log names a file \"{name[:80]}\" that can't be a show's")
        root, _, rest = name.partition("/")
        path = roots[root] / rest
        paths.append(path)
        if sum_ is None:
            path.unlink(missing_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        content = store.content(sum_)
        if content is not None:
            path.write_bytes(content)
            continue
        now = then(name)
        if now is None or not now.is_file():
            differ.append(name)
            continue
        if store.sum_of(now, keep=False) != sum_:
            differ.append(name)
        shutil.copyfile(now, path)
    return paths, differ
