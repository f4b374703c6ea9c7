"""The scenes of a show and the wall's own shaders, alive on a device: built step by step, and built anew when edited.

Everything is built beside what plays, and only a complete new version takes its older self's place, between two frames. What
can't be built is left out, or leaves its older self in place, and is listed. Owned by the wall.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from typing import TypeAlias

from installation.clock import now
from installation.errors import CommandError, InstallationError, Problem, did_you_mean
from installation.gpu.device import Device
from installation.param_tree import ParamTree
from installation.render.baked import Baked, bake
from installation.render.graph import formats
from installation.render.isf_player import IsfPlayer
from installation.render.late import Late
from installation.render.moment import Kit
from installation.render.rehearsal import Rehearsal
from installation.render.same import same_spec
from installation.render.scene_view import SceneView, add_parameters, renew_parameters
from installation.render.screen import Screen
from installation.scene import schema
from installation.scene.catalogue import TRANSITION
from installation.scene.expressions import Words
from installation.scene.functions import SIGNALS
from installation.scene.isf import Isf
from installation.scene.listening import fed
from installation.scene.load import Scene, Show

log = logging.getLogger(__name__)

BELOW = "under "
"""The use of a transition between the scenes under the surface."""
DONE = object()
Alive: TypeAlias = SceneView | IsfPlayer


class Repertoire:
    """Remembers the views and players that are alive, and what is being built."""

    def __init__(
        self,
        device: Device,
        screen: Screen,
        show: Show,
        size: tuple[int, int],
        tree: ParamTree,
        live: bool,
        seed: int,
        swapped: Callable[[Alive, Alive], None],
        late: Late,
    ) -> None:
        """`swapped` is told of an older self and of what takes its place."""
        self.show = show
        self._device, self._screen, self._size = device, screen, size
        self._tree, self._live, self._seed, self._swapped = tree, live, seed, swapped
        self._rehearsal = Rehearsal(device, screen)
        self._problems: dict[str, tuple[Problem, ...]] = {}
        self._views: dict[str, SceneView] = {}
        self.sounds = _sounds(show)
        # Parameters exist from the start, so that cues and performers can set them before their scene is built.
        self._words: dict[str, Words] = {name: Words(dict.fromkeys(SIGNALS, 0.0)) for name in show.scenes}
        for name, scene in show.scenes.items():
            add_parameters(tree, scene, self._words[name])
        self._players: dict[str, IsfPlayer | None] = {}
        self._jobs: dict[str, Generator[None, None, None]] = {}
        self._complete = False
        self._bakes: dict[str, list[Baked]] = {}
        self._baked: set[str] = set()
        self._gone: set[str] = set()
        """Scenes whose files are gone, and that may still be on the wall."""
        self.finished: Callable[[str], object] = lambda name: None
        """Told the name of what has been completed between two frames."""
        self.late = late
        self.awaits_bakes = False
        """Whether somebody bakes ahead, so that scenes to come wait for it."""

    def _kit(self, scene: Scene) -> Kit:
        seed = self._seed + scene.file.seed
        rehearse = self._rehearsal.draw if self._live else None
        folder = self.show.folder
        of_scene = (scene.tables, scene.shaders, self._bakes.get(scene.name))
        late = self.late.of(scene.name)
        return Kit(self._device, self._screen, self._size, folder, seed, self._live, *of_scene, rehearse, late)

    def view(self, name: str) -> SceneView:
        """The scene of that name, built now if need be. Raises CommandError when there is none."""
        if name in self._views:
            return self._views[name]
        if name not in self.show.scenes:
            raise CommandError(f'there is no scene "{name}"', hint=did_you_mean(name, self.show.scenes, label="scenes"))
        for _ in self._jobs.pop(f"scene {name}", None) or self._make_scene(name):
            pass
        return self._views[name]

    def find(self, name: str) -> SceneView | None:
        """The scene of that name, built if need be; None where there is none, as when its file was deleted."""
        return self.view(name) if name in self._views or name in self.show.scenes else None

    def _make_scene(self, name: str) -> Generator[None, None, None]:
        scene = self.show.scenes[name]
        made = SceneView(self._kit(scene), scene, self._words[name])
        try:
            yield from made.build(self._tree)
        except GeneratorExit:
            made.close()
            raise
        self._views[name] = made

    def work(self, until: float) -> None:
        """Builds what will be needed, beside what plays: edited scenes first, then those that come. `until` is when to
        stop, on `clock.now()`; one step is taken whatever the time."""
        while self._jobs or self._start_next():
            if self._jobs:
                name, job = next(iter(self._jobs.items()))
                if next(job, DONE) is DONE and self._jobs.get(name) is job:
                    del self._jobs[name]
                    self.finished(name)
            if now() >= until:
                return

    def finish(self, name: str) -> None:
        """Completes at once what `work` would have by now, for a replay. A name that nothing is built under is passed over."""
        kind, _, scene = name.partition(" ")
        for _ in self._jobs.pop(name, ()):
            pass
        if kind == "scene" and scene in self.show.scenes:
            self.view(scene)

    def _start_next(self) -> bool:
        """Begins to build one thing that the show will need and that is not there yet; False when there is none."""
        if self._complete:
            return False
        waits = False
        for name in self.order():
            if name not in self._views and f"scene {name}" not in self._jobs:
                if self.awaits_bakes and name not in self._baked:
                    waits = True
                    continue
                self._jobs[f"scene {name}"] = self._make_scene(name)
                return True
        wanted = [(TRANSITION, ""), (TRANSITION, BELOW), *((file, "") for file in self.show.shaders)]
        for file, use in wanted:
            if use + file not in self._players:
                self.player(file, use)
                return not waits
        self._complete = not waits
        return False

    def order(self) -> list[str]:
        """The show's scenes, in the order in which cues will want them."""
        cued = [name for cue in self.show.file.every_cue for name in (cue.scene, cue.under) if name]
        return [name for name in dict.fromkeys((*cued, *self.show.scenes)) if name in self.show.scenes]

    def bake(self, scene: Scene) -> None:
        """Makes ahead what takes long and needs no graphics device. For another thread than the frame's."""
        before, view = self.show.scenes.get(scene.name), self._views.get(scene.name)
        # What an edit wanted, and what plays: not the same while it is being built, nor where it could not be.
        olds = (before, view.scene) if before and before is not scene and view else ()
        ready = self._bakes.get(scene.name, [])
        made: list[Baked] = []
        try:
            for layer in _flows(scene.file.layers):
                of = (layer, scene.tables[layer.table], self._size, self._seed + scene.file.seed)
                found = next((one for one in ready if one.fits(*of)), None)
                if found or not olds or not all(_same_flows(layer, scene, old) for old in olds):
                    made.append(found or bake(*of, self._device.software))
        finally:
            # Whatever an older version of the scene has left untaken is let go with the list that it was in.
            self._bakes[scene.name] = made
            self._baked.add(scene.name)

    def player(self, file: str, use: str = "") -> IsfPlayer | None:
        """One of the wall's own shaders, playing; None (and a problem, once) where it can't.

        Each `use` has a player of its own: one player draws once a frame.
        """
        key = use + file
        if key not in self._players:
            shader = self.show.shaders.get(file)
            try:
                self._players[key] = IsfPlayer(self._device, self._screen, shader) if shader else None
            except InstallationError as error:
                self._problems[key] = error.problems
                self._players[key] = None
                log.error("%s", error)
        return self._players[key]

    @property
    def problems(self) -> list[Problem]:
        """Of its shaders, and of the scenes that are alive."""
        own = [problem for found in self._problems.values() for problem in found]
        return own + [problem for view in self._views.values() for problem in view.problems]

    # -- edits ---------------------------------------------------------------------------------------------------------

    def revise(self, show: Show, changed: Collection[str]) -> None:
        """Plays an edited show from now on: scenes in `changed` are built anew beside their older selves, then swapped."""
        before, self.show = self.show, show
        self.sounds = _sounds(show)
        self._complete = False
        for name in before.scenes.keys() - show.scenes.keys():
            if half := self._jobs.pop(f"scene {name}", None):
                half.close()
            self._bakes.pop(name, None)
            self._baked.discard(name)
            self._gone.add(name)
            if name not in self._views:
                self._forget(name)
        for name in changed:
            scene = show.scenes[name]
            if name in self._gone:  # it is back, and its older self may still play
                self._gone.discard(name)
                self._start(f"scene {name}", self._renew_scene(name))
            elif name not in before.scenes:
                self._words[name] = Words(dict.fromkeys(SIGNALS, 0.0))
                add_parameters(self._tree, scene, self._words[name])
            elif name in self._views:
                self._start(f"scene {name}", self._renew_scene(name))
            else:
                if half := self._jobs.pop(f"scene {name}", None):
                    half.close()
                renew_parameters(self._tree, scene, before.scenes[name], self._words[name])
        for key, player in list(self._players.items()):
            file = key.removeprefix(BELOW)
            shader = show.shaders.get(file)
            if shader and (player is None or player.isf is not shader):
                self._start(f"player {key}", self._renew_player(key, shader))

    def let_go(self, seen: Collection[SceneView]) -> None:
        """Ends the scenes whose files are gone, once they are not among those that are `seen`. Asked in every frame."""
        for name in [name for name in self._gone if self._views[name] not in seen]:
            self._forget(name)

    def _forget(self, name: str) -> None:
        """Frees all that a scene had whose file is gone."""
        self._gone.discard(name)
        if half := self._jobs.pop(f"scene {name}", None):
            half.close()
        if view := self._views.pop(name, None):
            view.close()
        self._problems.pop(f"scene {name}", None)
        self._tree.remove(f"/scene/{name}")
        self._words.pop(name, None)

    def _start(self, name: str, job: Generator[None, None, None]) -> None:
        """Begins to build something; an older version of it that is still being built is let go."""
        if older := self._jobs.pop(name, None):
            older.close()
        self._jobs[name] = job

    def _renew_scene(self, name: str) -> Generator[None, None, None]:
        scene, before = self.show.scenes[name], self._views[name]
        made = SceneView(self._kit(scene), scene, self._words[name], before)
        try:
            yield from made.build(self._tree)
            yield
        except GeneratorExit:
            made.close()
            raise
        if made.problems:  # what plays is better than what is left of this one
            self._problems[f"scene {name}"] = tuple(made.problems)
            made.close()
            return
        self._problems.pop(f"scene {name}", None)
        made.replace(self._tree)
        self._views[name] = made
        self._swapped(before, made)

    def _renew_player(self, key: str, shader: Isf) -> Generator[None, None, None]:
        """One of the wall's own shaders, edited. It goes on from what its older self remembers."""
        try:
            made = IsfPlayer(self._device, self._screen, shader)
            yield
            self._rehearsal.draw(shader, formats(shader.images, {}))
        except InstallationError as error:
            self._problems[key] = error.problems
            return
        yield
        self._problems.pop(key, None)
        before = self._players.get(key)
        self._players[key] = made
        if before:
            made.inherit(before)
            self._swapped(before, made)
            before.close()

    def close(self) -> None:
        for job in self._jobs.values():
            job.close()
        for view in self._views.values():
            view.close()
        for player in self._players.values():
            if player:
                player.close()
        self._rehearsal.close()


def _sounds(show: Show) -> dict[str, str]:
    """What feeds the inputs for sound of the wall's own shaders, by the input's name."""
    return {name: source for shader in show.shaders.values() for name, source in fed(shader, {}).items()}


def _flows(layers: Sequence[schema.Layer]) -> Iterator[schema.FlowsLayer]:
    """The flows among some layers, those in groups as well."""
    for layer in layers:
        if isinstance(layer, schema.FlowsLayer):
            yield layer
        elif isinstance(layer, schema.GroupLayer):
            yield from _flows(layer.layers)


def _same_flows(layer: schema.FlowsLayer, scene: Scene, before: Scene) -> bool:
    """Whether what plays has such a layer already, of the very same rows: then it is shared, and nothing need be made."""
    old = next((one for one in _flows(before.file.layers) if one.name == layer.name), None)
    same_rows = layer.table in before.tables and scene.tables[layer.table] is before.tables[layer.table]
    return old is not None and same_rows and scene.file.seed == before.file.seed and same_spec(layer, old)
