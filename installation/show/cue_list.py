"""The cues of a show in their order: which cue a word means, which comes after which, how long each takes.

An `Order` is made from a file's cues and never changes; an edit makes another. It knows nothing of time passing: `cues` plays
it, `tracking` reads what it leaves. A `list` group is a chapter: it is entered, and never played itself; the other groups are
one cue to whoever presses GO. A cue that is disarmed and to be skipped is as though it weren't there.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from installation.errors import CommandError, did_you_mean
from installation.scene.cues import Cue, placed


@dataclass(frozen=True, slots=True)
class Entry:
    """A cue in its place. `parent` is its group's id; `children` are a group's cues, in order; `place` counts all cues."""

    id: str
    cue: Cue
    place: int
    parent: str | None
    children: tuple[str, ...]
    armed: bool

    @property
    def absent(self) -> bool:
        """Whether it is as though it weren't there."""
        return self.cue.skip_if_disarmed and not self.armed

    @property
    def plays(self) -> bool:
        """Whether it is a group that starts its cues itself; a chapter is only entered."""
        return self.cue.group is not None and self.cue.group != "list"

    @property
    def label(self) -> str:
        """What an operator calls it: its number, else its id."""
        return self.cue.number or self.id


class Order:
    """Cues by id, by number and by their order. Frozen."""

    def __init__(self, cues: Sequence[Cue], armed: Mapping[str, bool] | None = None) -> None:
        """`armed`: what has been armed or disarmed by hand, by id."""
        all_placed = placed(cues)
        below: dict[int, list[str]] = {}
        for one in all_placed:
            if one.group is not None:
                below.setdefault(one.group, []).append(one.id)
        self.entries: dict[str, Entry] = {}
        self._numbers: dict[str, str] = {}
        for place, one in enumerate(all_placed):
            parent = None if one.group is None else all_placed[one.group].id
            is_armed = (armed or {}).get(one.id, one.cue.armed)
            self.entries[one.id] = Entry(one.id, one.cue, place, parent, tuple(below.get(place, ())), is_armed)
            if one.cue.number is not None:
                self._numbers.setdefault(one.cue.number, one.id)
        self.top = tuple(one.id for one in all_placed if one.group is None)
        self._next: dict[str, str | None] = {}
        for siblings in (self.top, *(entry.children for entry in self.entries.values())):
            self._next.update(zip(siblings, (*siblings[1:], None), strict=True) if siblings else ())
        self.stops = tuple(id for id, entry in self.entries.items() if self._is_stop(entry))
        """Where the playhead can stand: cues that GO starts by themselves, in order."""
        self.standing = frozenset(self.stops)

    def __len__(self) -> int:
        return len(self.entries)

    def _is_stop(self, entry: Entry) -> bool:
        if entry.absent or entry.cue.group == "list":
            return False
        return all(not above.plays and not above.absent for above in self.above(entry))

    def above(self, entry: Entry) -> Iterator[Entry]:
        """The groups that a cue is in, the innermost first."""
        while entry.parent is not None:
            entry = self.entries[entry.parent]
            yield entry

    def find(self, word: str) -> str:
        """The id of the cue that a number or an id names; a number first. Raises CommandError."""
        found = self._numbers.get(word)
        return self.find_id(word) if found is None else found

    def find_id(self, word: str) -> str:
        """As `find`, by id only."""
        if word in self.entries:
            return word
        known = [entry.label for entry in self.entries.values()]
        raise CommandError(f'no cue "{word[:60]}"', hint=did_you_mean(word[:60], known, label="cues"))

    def named(self, word: str) -> str | None:
        """As `find`; None for what no cue is called."""
        return self._numbers.get(word, word if word in self.entries else None)

    @property
    def first(self) -> str | None:
        return self.entered(self.top[0]) if self.top else None

    def entered(self, id: str | None) -> str | None:
        """The cue that starts when this one is come to: itself; a chapter's first; what follows what isn't there."""
        seen: set[str] = set()
        while id is not None and id not in seen:
            seen.add(id)
            entry = self.entries[id]
            if not entry.absent and entry.cue.group != "list":
                return id
            inside = entry.children if not entry.absent else ()
            id = inside[0] if inside else self._beyond(id)
        return None

    def _beyond(self, id: str) -> str | None:
        """The next cue in the file, whatever it is: its goto, its next sibling, or what comes after the chapter it ends."""
        entry: Entry | None = self.entries[id]
        seen: set[str] = set()
        while entry is not None and entry.id not in seen:
            seen.add(entry.id)
            if entry.cue.goto is not None and not entry.absent:
                return self.named(entry.cue.goto)  # an unknown one is an error of the file; here it ends the list
            following = self._next[entry.id]
            if following is not None and not (entry.parent and self.entries[entry.parent].plays):
                return following
            entry = None if entry.parent is None else self.entries[entry.parent]
        return None

    def after(self, id: str) -> str | None:
        """The cue that stands by once this one has been started."""
        return self.entered(self._beyond(id))

    def follows(self, id: str) -> str | None:
        """The cue that this one starts by itself. Within a group that plays its cues, only that group's own."""
        entry = self.entries[id]
        if entry.cue.continue_mode == "none":
            return None
        parent = self.entries[entry.parent] if entry.parent is not None else None
        if parent is None or not parent.plays:
            return self.after(id)
        if parent.cue.group != "start-first":
            return None
        following = self._next[id]
        while following is not None and self.entries[following].absent:
            following = self._next[following]
        return following

    def after_sequence(self, id: str) -> str | None:
        """The cue past the sequence that begins here; where it closes, when the sequence is a loop."""
        seen = {id}
        while (following := self.follows(id)) is not None:
            id = following
            if id in seen:
                return id
            seen.add(id)
        return self.after(id)

    def step(self, id: str | None, by: int) -> str | None:
        """The place for the playhead so many before or after this one; None after the last."""
        if id is None:
            return self.stops[by] if by < 0 and self.stops else None
        here = self.entries[id].place
        places = [stop for stop in self.stops if (self.entries[stop].place - here) * by > 0]
        if by > 0:
            return places[0] if places else None
        return places[-1] if places else id

    def inside(self, id: str) -> list[str]:
        """The cues that a group plays: those that are there."""
        return [child for child in self.entries[id].children if not self.entries[child].absent]

    def lasts(self, id: str, fade: float | None = None) -> float:
        """Seconds of a cue's action; of a group, until its last cue is over (a random one: the longest; a loop: once)."""
        entry = self.entries[id]
        if not entry.plays or not entry.armed:
            return entry.cue.lasts(fade) if not entry.plays else 0.0
        wholes = [self.entries[child].cue.pre_wait + self.lasts(child, fade) for child in self.inside(id)]
        if entry.cue.group == "playlist":
            return float(sum(wholes))
        if entry.cue.group != "start-first" or not wholes:
            return float(max(wholes, default=0.0))
        at = ends = 0.0
        child: str | None = self.inside(id)[0]
        seen: set[str] = set()
        while child is not None and child not in seen:
            seen.add(child)
            cue = self.entries[child].cue
            lasts = self.lasts(child, fade)
            ends = max(ends, at + cue.pre_wait + lasts)
            at += cue.pre_wait + (lasts if cue.continue_mode == "auto-follow" else cue.post_wait)
            child = self.follows(child)
        return ends


def shuffled(seed: int, id: str, turn: int, children: Sequence[str]) -> list[str]:
    """A random group's cues for one turn, the same for the same seed. The first is the last of the list."""
    mixed = list(children)
    random.Random(f"{seed}/{id}/{turn}").shuffle(mixed)
    return mixed
