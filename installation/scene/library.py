"""What a scene may name: shaders, dataset packages, media and fonts; each is looked up, and read, once.

A show's own files come first, then what ships with the engine. Nothing outside these folders is ever read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from installation.errors import InstallationError, SceneError, did_you_mean
from installation.resources import search_path
from installation.scene import isf
from installation.scene.files import inside, read_bytes, shown

if TYPE_CHECKING:
    from installation.data.package import Package
    from installation.data.tables import Tables

FONT_MARKS = (b"\x00\x01\x00\x00", b"OTTO", b"true", b"ttcf")
"""How TrueType and OpenType files begin."""

LARGEST_FONT = 64 << 20


def every_shader(folder: Path | None = None) -> dict[str, Path]:
    """Every ISF file that can be named, by name: a show's own (of its `folder`), then ./shaders, then what ships."""
    folders = [*([folder / "shaders"] if folder else []), *search_path("shaders")]
    found = {path.name: path for each in reversed(folders) for path in each.glob("*.fs")}
    return dict(sorted(found.items()))


class Library:
    """Remembers what has been read for one show, so that ten scenes with one shader parse it once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._shaders: dict[str, isf.Isf | None] = {}
        self._packages: dict[str, Package | None] = {}
        self._refused: dict[str, InstallationError] = {}
        self._databases: dict[tuple[tuple[str, str, str], ...], Tables] = {}

    def shader(self, name: str) -> isf.Isf | None:
        """A parsed shader; None when it can't be used and that was told before. Raises InstallationError."""
        if name not in self._shaders:
            path = self._find_shader(name)
            self._shaders[name] = None
            self._shaders[name] = isf.load(Path(shown(path)))
        return self._shaders[name]

    def read_shader(self, name: str) -> isf.Isf:
        """A shader as its file is now, whatever was read before; nothing is remembered. Raises InstallationError."""
        return isf.load(Path(shown(self._find_shader(name))))

    def keep_shader(self, name: str, shader: isf.Isf) -> None:
        """From now on this is the shader of that name."""
        self._shaders[name] = shader

    def forget_failures(self) -> None:
        """What could not be read may be read anew, and told again."""
        self._shaders = {name: shader for name, shader in self._shaders.items() if shader is not None}
        self._packages = {name: package for name, package in self._packages.items() if package is not None}
        self._refused.clear()

    def shader_names(self) -> list[str]:
        """Every shader that can be named."""
        return list(every_shader(self.folder))

    def _find_shader(self, name: str) -> Path:
        paths = [inside(self.folder, f"shaders/{name}"), *(inside(f, name) for f in search_path("shaders"))]
        for path in paths:
            if path.is_file():
                return path
        hint = did_you_mean(name, self.shader_names(), label="shaders")
        raise SceneError(f'there is no shader "{name}"', hint=hint)

    def package(self, name: str) -> Package | None:
        """A dataset package, or a file of the show as one; None when it can't be used and that was told before.

        Raises InstallationError; for a file each time, as each scene that uses it has to know.
        """
        from installation.data.own.load import is_own
        from installation.data.package import find_package, load_package

        if is_own(name):
            return self._own(name)
        if name not in self._packages:
            if (self.folder / "data" / name).is_file():
                raise SceneError(f'there is no dataset "{name}"', hint=f"write data/{name} for the file of this show")
            find_package(name)
            self._packages[name] = None
            self._packages[name] = load_package(name)
        return self._packages[name]

    def data_folder(self) -> Path:
        """Where it is said which refreshed packages are in use; made, so that it can be watched."""
        from installation.data.editions import pointers

        with suppress(OSError):
            pointers().mkdir(parents=True, exist_ok=True)
        return pointers()

    def forget_data(self, saved: Iterable[Path], playing: Iterable[Package]) -> set[str]:
        """Which datasets have changed since, going by the files that were saved; they are read anew.

        Of a package another edition is in use; of the show's own files, `playing` says from what they were read.
        """
        folder, files = self.data_folder().resolve(), set(saved)
        names = {path.stem for path in files if path.parent == folder and path.suffix == ".json"}
        known = (*playing, *(package for package in self._packages.values() if package))
        names |= {package.name for package in known if not files.isdisjoint(package.watched)}
        if names:
            self._packages = {name: package for name, package in self._packages.items() if name not in names}
            self.close()
        return names

    def _own(self, name: str) -> Package:
        from installation.data.own.load import load_own

        if name in self._refused:
            raise self._refused[name]
        found = self._packages.get(name)
        if found is None:
            try:
                self.file(name)  # it exists, and lies in the show's folder
                found = load_own(Path(shown(self.folder / name)), name, self.folder)
            except InstallationError as error:
                self._refused[name] = error
                raise
            self._packages[name] = found
        return found

    def database(self, packages: Mapping[str, Package], wanted: Iterable[str]) -> Tables:
        """The locked database of some packages by alias; scenes that name the same ones the same share it.

        `wanted` are the queries and tables that will be asked of it. Raises DataError.
        """
        from installation.data.tables import Tables

        key = tuple(sorted((alias, package.name, package.version) for alias, package in packages.items()))
        if key not in self._databases:
            self._databases[key] = Tables(packages, wanted)
        return self._databases[key]

    def close(self) -> None:
        """Lets the databases go; safe to call twice."""
        for database in self._databases.values():
            database.close()
        self._databases.clear()

    def file(self, name: str) -> Path:
        """A file of the show's folder, which must exist. Raises SceneError."""
        path = inside(self.folder, name)
        if not path.exists():
            near = (found.relative_to(self.folder.resolve()) for found in path.parent.glob("*") if found.is_file())
            names = [str(found).replace("\\", "/") for found in near]
            raise SceneError(f'there is no file "{name}"', hint=did_you_mean(name, names, label="files here"))
        if not path.is_file():
            raise SceneError(f'"{name}" is not a file', hint="it is a folder, a pipe or a device")
        return path

    def font(self, name: str) -> Path:
        """A font file of the show's folder. Raises SceneError when it is none."""
        path = self.file(name)
        try:
            head = read_bytes(path, LARGEST_FONT)[:4]
        except InstallationError as error:
            raise SceneError(error.problems[0].message, hint=error.problems[0].hint) from None
        if head not in FONT_MARKS:
            raise SceneError(f'"{name}" is not a font', hint="a TrueType or OpenType file: .ttf or .otf")
        return path
