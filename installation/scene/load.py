"""Loads a show: finds its folder, reads all its files, and tells every problem of all of them at once.

What it hands out can be drawn: the engine meets no mistake of a file after this, only those of devices. `installation
check` is nothing but this. It opens no display, camera or socket, and writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from installation.errors import InstallationError, Location, Problem, SceneError, did_you_mean
from installation.params import Param, Value
from installation.resources import search_path
from installation.scene import schema
from installation.scene.catalogue import REVEAL, TRANSITION, fault_shader
from installation.scene.check import SceneCheck
from installation.scene.check_cameras import check_cameras
from installation.scene.check_outputs import check_outputs
from installation.scene.check_scores import check_score_names
from installation.scene.check_show import check_show, check_under
from installation.scene.expressions import Expression
from installation.scene.fields import NAME
from installation.scene.files import inside, shown
from installation.scene.findings import Findings
from installation.scene.gear_site import gear_problems
from installation.scene.isf import Isf
from installation.scene.library import Library
from installation.scene.listening import listens, sounds
from installation.scene.reading import Read, read
from installation.scene.source import Document, read_yaml, scan_yaml

if TYPE_CHECKING:
    from installation.data.package import Package
    from installation.data.tables import Columns

SHOW_FILE = "show.yaml"
MOST_SCENES = 500
WHAT_A_SHOW_IS = (
    f"a show is a folder with {SHOW_FILE} (title and cues) and scenes/*.yaml; `installation new NAME` makes one"
)


@dataclass(frozen=True)
class Scene:
    """A scene that can be drawn.

    `params` are all its parameters by address, each with its declaration and what drives it: a constant or an
    expression. `values` are its named values, each after those that it reads. `shaders` are parsed, by the name
    that the file uses; `tables` are the rows of its tables; `places` says where each key and value of the file is.
    """

    name: str
    path: Path
    file: schema.SceneFile
    shaders: Mapping[str, Isf]
    params: Mapping[str, tuple[Param, Value | Expression]]
    values: Mapping[str, float | Expression]
    packages: Mapping[str, Package]
    tables: Mapping[str, Columns]
    places: Document
    formats: Mapping[str, schema.Format] = field(default_factory=dict)
    """How texts write its values, by name."""

    @property
    def fiction(self) -> bool:
        """Whether anything of it is made up: then the word FICTION is in the frame."""
        return any(package.fiction for package in self.packages.values())

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What a curator should know of its data, and what doesn't keep it from being played."""
        return tuple(problem for package in self.packages.values() for problem in package.warnings)

    @cached_property
    def listens(self) -> bool:
        """Whether anything of it hears the room."""
        driven = [saved for _, saved in self.params.values()]
        return listens(self.file, (*driven, *self.values.values()), self.shaders.values(), self.tables)


@dataclass(frozen=True)
class Show:
    """A show that can be played, at any site."""

    name: str
    folder: Path
    file: schema.ShowFile
    scenes: Mapping[str, Scene]
    places: Document
    shaders: Mapping[str, Isf] = field(default_factory=dict)
    """What the wall itself draws with: transitions, the reveal, the faults; by the name of the file."""

    @cached_property
    def scores(self) -> Mapping[str, schema.FaultScore]:
        """Every fault score, the show's own and its scenes', by the one name that a cue starts it with."""
        found: dict[str, schema.FaultScore] = {}
        for scene in self.scenes.values():
            found |= scene.file.faults
        return found | self.file.faults

    @cached_property
    def brings_under(self) -> Mapping[str, str]:
        """What each scene says lies under it, by the scene's name."""
        return {name: scene.file.under for name, scene in self.scenes.items() if scene.file.under}

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What a curator should know of its data, each once."""
        return tuple(in_order(problem for scene in self.scenes.values() for problem in scene.warnings))

    @property
    def listens(self) -> bool:
        """Whether anything of it hears the room: only then is a microphone opened."""
        return any(scene.listens for scene in self.scenes.values()) or any(map(sounds, self.shaders.values()))


def list_shows() -> list[str]:
    """The names of all shows on the search path, sorted."""
    found = (path.parent.name for folder in search_path("shows") for path in folder.glob(f"*/{SHOW_FILE}"))
    return sorted(set(found))


def find_show(name: str | Path) -> Path:
    """The folder of a show, by its name or its path. Raises SceneError with what a show's folder holds."""
    try:
        return _find_show(name)
    except (OSError, RuntimeError, ValueError) as error:
        raise SceneError(f"this can't be a show: {error}", hint=WHAT_A_SHOW_IS) from None


def _find_show(name: str | Path) -> Path:
    path = Path(name).expanduser()
    if path.name == SHOW_FILE and path.is_file():
        return path.parent
    if isinstance(name, str) and re.fullmatch(r"[\w.-]+", name) and name.strip("."):
        for folder in search_path("shows"):
            if (folder / name / SHOW_FILE).exists():
                return folder / name
        if not path.exists():
            hint = did_you_mean(name, list_shows(), label="shows") or WHAT_A_SHOW_IS
            raise SceneError(f'there is no show "{name}"', hint=hint)
    if not path.exists() and path.parent != path and (path.parent.name or ".") != ".":
        show = next((f / path.parent.name for f in search_path("shows") if path.parent.parent == Path()), path.parent)
        if (show / SHOW_FILE).exists() and (show / "scenes" / f"{path.name}.yaml").exists():
            hint = f"a whole show is meant: {path.parent}"
            raise SceneError(f'"{path.name}" is a scene of {path.parent}', Location(shown(path)), hint)
    if not path.exists():
        raise SceneError("there is no such folder", Location(shown(path)), WHAT_A_SHOW_IS)
    if not path.is_dir() or not (path / SHOW_FILE).exists():
        raise SceneError("this is not a show", Location(shown(path)), WHAT_A_SHOW_IS)
    return path


def load_show(name: str | Path) -> Show:
    """A show with all its scenes. Raises SceneError with every problem of every file, in their order."""
    show, problems, _ = _load(name)
    if problems or show is None:
        raise SceneError(problems=problems)
    return show


def load_playable(name: str | Path) -> tuple[Show, list[Problem]]:
    """A show for the night: scenes with problems are left out, and all problems are told.

    Raises SceneError when there is nothing left to play: no scene without a problem, or no show.yaml that can be read.
    """
    show, problems, wrong = _load(name)
    if show is None or not set(show.scenes) - wrong:
        raise SceneError(problems=problems)
    fine = {name: scene for name, scene in show.scenes.items() if name not in wrong}
    return replace(show, scenes=fine), problems


def _load(name: str | Path) -> tuple[Show | None, list[Problem], set[str]]:
    """A show if its own file could be read, every problem, and the names of the scenes that have one."""
    folder = find_show(name).resolve()
    problems: list[Problem] = []
    document, found = scan(folder, SHOW_FILE)
    problems += found
    scene_files = scene_files_of(folder, problems)
    library = Library(folder)
    shaders: dict[str, Isf] = {}
    try:
        built, findings, unsure = read_scenes(scene_files, folder, library, problems)
        result: Read[schema.ShowFile] | None = read(schema.ShowFile, document) if document else None
        if document and result:
            problems += result.problems
            notes = Findings(document, result.dropped)
            if result.file:
                known = params_of(built.values())
                check_show(result.file, notes, library, scene_files, known, unsure, scores_of(built.values()))
                shaders = wall_shaders(result.file, built.values(), library, notes.problems)
            problems += notes.problems
    finally:
        library.close()
    check_under({name: s.file.under for name, s in built.items() if s.file.under}, findings, scene_files)
    own = result.file.faults if result and result.file else {}
    check_score_names(own, {name: scene.file.faults for name, scene in built.items()}, findings)
    wrong = set(unsure)
    for scene, notes in findings.items():
        problems += notes.problems
        if notes.problems:
            wrong.add(scene)
    show = None
    if document is not None and result is not None and result.file is not None:
        show = Show(folder.name, folder, result.file, built, document, shaders)
    return show, in_order(problems), wrong


def load_scene(path: Path) -> Show:
    """One scene as a show of its own, and what lies under it; other scenes of its folder may be wrong.

    Raises SceneError with every problem of the files that it needs.
    """
    path = path.expanduser()
    if not path.is_file():
        raise SceneError("there is no such scene", Location(shown(path)), "the path of a scenes/*.yaml")
    path = path.resolve()
    folder = path.parent.parent if path.parent.name == "scenes" else path.parent
    problems: list[Problem] = []
    library = Library(folder)
    needed: dict[str, Path] = {}
    built: dict[str, Scene] = {}
    findings: dict[str, Findings] = {}
    next_: Path | None = path
    try:
        while next_ is not None and next_.stem not in needed:
            needed[next_.stem] = next_
            more, notes, _ = read_scenes({next_.stem: next_}, folder, library, problems)
            built |= more
            findings |= notes
            under = more[next_.stem].file.under if next_.stem in more else None
            next_ = path.with_name(f"{under}{path.suffix}") if under else None
            next_ = next_ if next_ and next_.is_file() else None
        scene = built.get(path.stem)
        file = schema.ShowFile(title=scene.file.title if scene else path.stem)
        shaders = wall_shaders(file, built.values(), library, problems)
    finally:
        library.close()
    check_under({name: s.file.under for name, s in built.items() if s.file.under}, findings, needed)
    check_score_names({}, {name: s.file.faults for name, s in built.items()}, findings)
    for notes_of_one in findings.values():
        problems += notes_of_one.problems
    if problems:
        raise SceneError(problems=in_order(problems))
    scene = built[path.stem]
    file = file.model_copy(update={"cues": [schema.Cue(number="1", scene=scene.name, fade=0.0)]})
    return Show(scene.name, folder, file, built, scene.places, shaders)


def params_of(scenes: Iterable[Scene]) -> dict[str, Param]:
    """The declarations of all parameters of some scenes, by address."""
    return {address: spec for scene in scenes for address, (spec, _) in scene.params.items()}


def scores_of(scenes: Iterable[Scene]) -> set[str]:
    """The names of the fault scores that some scenes bring."""
    return {name for scene in scenes for name in scene.file.faults}


def wall_shaders(
    file: schema.ShowFile, scenes: Iterable[Scene], library: Library, problems: list[Problem]
) -> dict[str, Isf]:
    """What the wall itself draws with in this show. One that can't be read is told and left out."""
    names = [TRANSITION, REVEAL, *(cue.transition for cue in file.every_cue if cue.transition)]
    scores = [*file.faults.values(), *(score for scene in scenes for score in scene.file.faults.values())]
    names += [fault_shader(line.fault) for score in scores for line in score.score]
    found: dict[str, Isf] = {}
    for name in dict.fromkeys(names):
        try:
            shader = library.shader(name)
        except InstallationError as error:
            if not any(cue.transition == name for cue in file.every_cue):  # that one was told at its cue
                problems += [problem for problem in error.problems if problem not in problems]
            continue
        if shader is not None:
            found[name] = shader
    return found


def load_site(path: Path | None) -> schema.SiteFile:
    """The building's file; what is usual when there is none. Raises SceneError with every problem."""
    if path is None:
        return schema.SiteFile()
    document = read_yaml(path)
    result = read(schema.SiteFile, document)
    notes = Findings(document, result.dropped)
    if result.file:
        check_cameras(result.file, notes)
        check_outputs(result.file, notes.value)
        for of, message, hint in gear_problems(result.file.midi, result.file.timecode, result.file.lights):
            notes.value(of, message, hint)
    problems = [*result.problems, *notes.problems]
    if problems or result.file is None:
        raise SceneError(problems=in_order(problems))
    return result.file


def scan(folder: Path, relative: str) -> tuple[Document | None, list[Problem]]:
    try:
        path = inside(folder, relative)
    except SceneError as error:
        error.at(Location(shown(folder / relative)))
        return None, list(error.problems)
    # Read by the name that the show gives it, so that problems are told where a person looks for them.
    return scan_yaml(folder / relative if path.exists() else path)


def scene_files_of(folder: Path, problems: list[Problem]) -> dict[str, Path]:
    """The scene files by name; those that can't be one are told."""
    found: dict[str, Path] = {}
    paths = sorted((folder / "scenes").glob("*.y*ml"))
    if not paths:
        problems.append(Problem("there are no scenes", Location(shown(folder / "scenes")), WHAT_A_SHOW_IS))
    for path in paths[:MOST_SCENES]:
        if path.name.startswith("."):
            continue
        if path.suffix != ".yaml":
            problems.append(Problem("this file is not read", Location(shown(path)), f"call it {path.stem}.yaml"))
        elif not re.fullmatch(NAME, path.stem):
            hint = 'small letters, digits, "-" and "_", beginning with a letter'
            problems.append(Problem(f"\"{path.stem}\" can't be a scene's name", Location(shown(path)), hint))
        else:
            found[path.stem] = path
    return found


def read_scenes(
    files: Mapping[str, Path], folder: Path, library: Library, problems: list[Problem]
) -> tuple[dict[str, Scene], dict[str, Findings], set[str]]:
    """The scenes that could be read, their findings, and the names of those with parts that could not."""
    built: dict[str, Scene] = {}
    findings: dict[str, Findings] = {}
    unsure: set[str] = set()
    for name, path in files.items():
        document, found = scan(folder, str(path.relative_to(folder)))
        problems += found
        unsure.add(name)
        if document is None:
            continue
        result = read(schema.SceneFile, document)
        problems += result.problems
        if result.file is None:
            continue
        findings[name] = Findings(document, result.dropped)
        check = SceneCheck(name, result.file, findings[name], library)
        if check.is_complete:
            unsure.discard(name)
        built[name] = Scene(
            name=name,
            path=path,
            file=result.file,
            shaders=check.shaders,
            params=check.params,
            values=check.values,
            packages=check.tables.packages,
            tables=check.tables.columns,
            places=document,
            formats=check.formats,
        )
    return built, findings, unsure


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file, line and column, each once."""
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.place)
