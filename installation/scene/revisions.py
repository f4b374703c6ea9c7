"""From saved files to a newer show that can be played: the last *working* version of everything, with what is wrong.

Holds a show as it plays and, asked after a save, reads again only what the save can have changed. What doesn't load leaves
its last working version in place and is listed until it does. Called in a thread of `live`, never in the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from installation.errors import InstallationError, Location, Problem
from installation.resources import search_path
from installation.scene import schema
from installation.scene.check_show import check_show, check_under
from installation.scene.files import shown
from installation.scene.findings import Findings
from installation.scene.isf import Isf
from installation.scene.library import Library
from installation.scene.load import (
    SHOW_FILE,
    Scene,
    Show,
    in_order,
    params_of,
    read_scenes,
    scan,
    scene_files_of,
    scores_of,
)
from installation.scene.load import wall_shaders as wall_shaders_of
from installation.scene.reading import read
from installation.scene.source import Document

if TYPE_CHECKING:
    from installation.data.tables import Columns

SHADER_FILES = (".fs", ".vs", ".vert")
Try: TypeAlias = Callable[[Isf], Sequence[Problem] | None]
"""Draws a shader somewhere where it can do no harm, and says what is wrong with it; None: not now, ask again later."""


@dataclass(frozen=True)
class Revision:
    """A newer show; the scenes that are new or differ; and every problem of its files as they are saved now."""

    show: Show
    changed: frozenset[str]
    problems: tuple[Problem, ...]
    files: Mapping[str, str | None] = field(default_factory=dict)
    """For the log: the files that are played from now on, by name, each with its checksum; None for what is gone."""


class Revisions:
    """Remembers the show that plays, the shaders that work, and what is wrong with what has been saved since."""

    def __init__(self, show: Show, try_shader: Try) -> None:
        self.show = show
        self._try = try_shader
        self._library = Library(show.folder)
        self._tried: dict[str, Isf] = {}
        self._failed: dict[str, tuple[Isf, tuple[Problem, ...]]] = {}
        self._late: set[str] = set()
        self._late_scenes: set[str] = set()
        self._show_is_late = False
        self._shader_problems: dict[str, tuple[Problem, ...]] = {}
        self._scene_problems: dict[str, tuple[Problem, ...]] = {}
        self._show_problems: tuple[Problem, ...] = ()
        self._opened = show.file
        self._told: tuple[Problem, ...] | None = None
        for scene in show.scenes.values():
            for name, shader in scene.shaders.items():
                self._library.keep_shader(name, shader)
        for name, shader in show.shaders.items():
            self._library.keep_shader(name, shader)
        self._tried.update(self._playing())

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where a save can matter."""
        return tuple(dict.fromkeys((self.show.folder, *search_path("shaders"), self._library.data_folder())))

    @property
    def postponed(self) -> bool:
        """Whether something is left to be tried, when nothing more urgent is: `look` again then."""
        return bool(self._late or self._late_scenes or self._show_is_late)

    def _playing(self) -> dict[str, Isf]:
        """Every shader that the show uses, by name."""
        found = dict(self.show.shaders)
        for scene in self.show.scenes.values():
            found.update(scene.shaders)
        return found

    def look(self, paths: Iterable[Path]) -> Revision | None:
        """Reads what these saved, renamed or deleted files can have changed. None where nothing is new.

        Raises nothing that a file can cause.
        """
        saved = {path.resolve() for path in paths}
        self._library.forget_failures()
        fresh = self._read_shaders(saved)
        playing = (package for scene in self.show.scenes.values() for package in scene.packages.values())
        renewed = self._library.forget_data(saved, playing)
        scenes, changed = self._read_scenes(saved, fresh, renewed)
        show = replace(self.show, scenes=scenes)
        show = self._read_show(show)
        problems = tuple(in_order(self._problems()))
        news = (
            bool(changed)
            or show.scenes.keys() != self.show.scenes.keys()
            or show.file != self.show.file
            or show.shaders != self.show.shaders
        )
        if not news and problems == self._told:
            return None
        self.show, self._told = show, problems
        return Revision(show, frozenset(changed), problems)

    def _problems(self) -> list[Problem]:
        found = [problem for some in self._shader_problems.values() for problem in some]
        found += [problem for some in self._scene_problems.values() for problem in some]
        return [*found, *self._show_problems]

    # -- shaders -------------------------------------------------------------------------------------------------------

    def _read_shaders(self, saved: set[Path]) -> set[str]:
        """Reads the shaders that play and whose files were saved; gives the names of those that work and differ."""
        touched = {path.with_suffix(".fs").name for path in saved if path.suffix.lower() in SHADER_FILES}
        others = {path for path in saved if path.suffix.lower() not in (*SHADER_FILES, ".yaml", ".json")}
        fresh: set[str] = set()
        shaders = self._playing()
        self._late &= shaders.keys()
        for name, playing in shaders.items():
            pictures = others & set(imported(playing))
            again = name in self._shader_problems or (name in self._late and not saved)
            if name not in touched and not again and not pictures:
                continue
            self._shader_problems.pop(name, None)
            self._late.discard(name)
            try:
                shader = self._library.read_shader(name)
            except InstallationError as error:
                self._shader_problems[name] = self._still_playing(name, playing, error)
                continue
            if same(shader, playing) and not pictures:
                continue
            problems = self._wrong(name, shader)
            if problems is None:
                self._late.add(name)
            elif problems:
                self._shader_problems[name] = problems
            else:
                self._library.keep_shader(name, shader)
                fresh.add(name)
        return fresh

    def _wrong(self, name: str, shader: Isf) -> tuple[Problem, ...] | None:
        """What is wrong with a shader, tried once; None: its trial must wait. What is fine is remembered as tried."""
        failed = self._failed.get(name)
        if failed and same(failed[0], shader):
            return failed[1]
        found = self._try(shader)
        if found is None:
            return None
        if found:
            self._failed[name] = shader, tuple(found)
        else:
            self._tried[name] = shader
        return tuple(found)

    def _still_playing(self, name: str, playing: Isf, error: InstallationError) -> tuple[Problem, ...]:
        """What is wrong with a file that has been saved; one that is gone is told at its own place."""
        if Path(playing.path).is_file():
            return error.problems
        return (Problem("this shader is gone", Location(playing.path), "its last working version plays on"),)

    def _untried(self, shaders: Mapping[str, Isf]) -> tuple[Problem, ...] | None:
        """What is wrong with those of these shaders that nobody has tried yet; None where some must wait."""
        tried = [
            self._wrong(name, shader)
            for name, shader in shaders.items()
            if name not in self._tried or not same(shader, self._tried[name])
        ]
        problems = [problem for found in tried for problem in found or ()]
        return None if None in tried and not problems else tuple(problems)

    # -- scenes --------------------------------------------------------------------------------------------------------

    def _read_scenes(self, saved: set[Path], fresh: set[str], renewed: set[str]) -> tuple[dict[str, Scene], set[str]]:
        """The scenes, newer where they could be read; and the names of those that are new or differ."""
        scenes = dict(self.show.scenes)
        told: list[Problem] = []
        files = scene_files_of(self.show.folder, told)
        self._scene_problems = {name: found for name, found in self._scene_problems.items() if name in files}
        self._late_scenes &= files.keys()
        if told:
            self._scene_problems[""] = tuple(told)
        for name in set(scenes) - set(files):
            if name not in self._wanted():
                del scenes[name]  # nobody would miss it; where it is on the wall it stays until it is left
                continue
            gone = Problem("this scene is gone", Location(shown(scenes[name].path)), "its last version plays on")
            self._scene_problems[name] = (gone,)
        changed: set[str] = set()
        for name, path in files.items():
            playing = scenes.get(name)
            same_data = not playing or not renewed & {package.name for package in playing.packages.values()}
            if playing and path.resolve() not in saved and not fresh & set(playing.shaders) and same_data:
                if name not in self._scene_problems and name not in self._late_scenes:
                    continue
            scene, problems = self._read_scene(name, path, {*files, *scenes})
            self._late_scenes.discard(name)
            if scene is not None and not problems:
                wrong = self._untried(scene.shaders)
                if wrong is None:
                    self._late_scenes.add(name)
                    continue
                problems = wrong
            if scene is not None and playing is not None:
                scene = replace(scene, tables=kept_tables(scene, playing))
            self._scene_problems.pop(name, None)
            if problems or scene is None:
                self._scene_problems[name] = problems
            elif playing is None or differs(scene, playing):
                scenes[name] = scene
                changed.add(name)
        return scenes, changed

    def _wanted(self) -> set[str]:
        """The scenes that a cue goes to or lays under, and that of rest."""
        file = self.show.file
        named = {name for cue in file.every_cue for name in (cue.scene, cue.under) if name} | {file.rest or ""}
        return named | {scene.file.under for scene in self.show.scenes.values() if scene.file.under}

    def _read_scene(self, name: str, path: Path, names: Collection[str]) -> tuple[Scene | None, tuple[Problem, ...]]:
        problems: list[Problem] = []
        built, findings, _ = read_scenes({name: path}, self.show.folder, self._library, problems)
        scene = built.get(name)
        if scene and scene.file.under:
            under = {n: s.file.under for n, s in self.show.scenes.items() if s.file.under and n != name}
            notes = {n: Findings(s.places) for n, s in self.show.scenes.items()} | findings
            check_under({**under, name: scene.file.under}, notes, names)
            problems += [problem for note in notes.values() for problem in note.problems]
        elif name in findings:
            problems += findings[name].problems
        return scene, tuple(problems)

    # -- the show's own file -------------------------------------------------------------------------------------------

    def _read_show(self, show: Show) -> Show:
        """The show with its newest cue list, where that one works with the scenes as they are now."""
        try:
            document, found = scan(show.folder, SHOW_FILE)
        except InstallationError as error:
            document, found = None, list(error.problems)
        problems = list(found)
        result = read(schema.ShowFile, document) if document else None
        shaders: dict[str, Isf] = {}
        if document and result:
            problems += result.problems
            notes = Findings(document, result.dropped)
            if result.file:
                names = {*show.scenes, *self._scene_problems}
                unsure = set(self._scene_problems)
                scenes = show.scenes.values()
                check_show(result.file, notes, self._library, names, params_of(scenes), unsure, scores_of(scenes))
                shaders = wall_shaders_of(result.file, scenes, self._library, notes.problems)
            problems += notes.problems
        untried = self._untried(shaders)
        self._show_is_late = untried is None and not problems
        if self._show_is_late:
            return show  # a transition that is new waits for its trial
        problems += untried or ()
        late = self._too_late(result.file, document) if result and document and not problems else ()
        self._show_problems = (*problems, *late)
        if problems or result is None or result.file is None or document is None:
            return replace(
                show, shaders={**show.shaders, **{n: self._tried[n] for n in show.shaders if n in self._tried}}
            )
        return replace(show, file=result.file, shaders=shaders, places=document)

    def _too_late(self, file: schema.ShowFile | None, document: Document) -> tuple[Problem, ...]:
        """What a show takes only when it opens."""
        return tuple(
            Problem(f"another {key} is taken when the show opens", document.value((key,)), "start it again")
            for key in ("canvas", "fps", "seed")
            if file is not None and getattr(file, key) != getattr(self._opened, key)
        )

    def close(self) -> None:
        self._library.close()


def imported(shader: Isf) -> list[Path]:
    """The files of the pictures that a shader imports."""
    return [Path(path).resolve() for image in shader.imported for path in image.paths]


def same(one: Isf, other: Isf) -> bool:
    """Whether two readings of a shader say the same."""
    return (one.path, one.body, one.vertex, one.refused) == (other.path, other.body, other.vertex, other.refused)


def kept_tables(scene: Scene, playing: Scene) -> dict[str, Columns]:
    """A scene's tables, the very same objects where the rows are: what was made from them need not be made again."""
    return {
        name: playing.tables[name] if name in playing.tables and playing.tables[name].same(table) else table
        for name, table in scene.tables.items()
    }


def differs(scene: Scene, other: Scene) -> bool:
    """Whether a scene would be drawn in another way than it was."""
    if scene.file != other.file or scene.shaders.keys() != other.shaders.keys():
        return True
    if any(table is not other.tables.get(name) for name, table in scene.tables.items()):
        return True
    if {a: p.version for a, p in scene.packages.items()} != {a: p.version for a, p in other.packages.items()}:
        return True  # where its figures come from is on the wall too
    return any(shader is not other.shaders[name] for name, shader in scene.shaders.items())
