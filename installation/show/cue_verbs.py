"""What can be said to the cue list by address, in QLab's words: the transport, the playhead, and each cue.

    /pause  /resume  /hardStop          all that runs           /panicInTime S        as /panic S
    /playhead/N  next  previous  none   moves the playhead; the next GO is a jump
    /cue/N/VERB [VALUE]                 N is a number, an id, a pattern, `playhead` or `active` (all that run)
    /cue_id/ID/VERB [VALUE]             the same, by the id, which renumbering doesn't change
    /cue/N                              what it is and does: /reply/cue/N JSON
    /cue/N/KEY                          one thing of that: name, armed, running, broken ...
    /cues                               all cues, in the order of the list

    start [1 S]  beside what runs, in S seconds     preview      without its waits, and without what follows
    go [1 S]     moves the playhead there, and GO   load         makes it ready; loadAt S: in the middle, below 0 from its end
    stop         ends it; hardStop: the same        solo         stops all others; soloCueInTime S: in S seconds
    pause  resume  togglePause                      armed X      0, 1 or toggle, until the next reset

A lone number or truth value after a verb that takes none is a button: true or 1 does it, false or 0 is its release. Pure;
called by `control`, which sends what is raised here back to whoever asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from installation.errors import CommandError, did_you_mean
from installation.show.broken import Means
from installation.show.cue_told import KEYS, told_cue, told_cues
from installation.show.cues import CueList
from installation.show.replies import MAX_STATUS, Reply, answer, enveloped, fitted
from installation.show.words import button, pressed, seconds_at

MAX_CUES = 512
"""Most cues that one message may mean."""

CUE_VERBS = (
    "start", "go", "stop", "hardStop", "pause", "resume", "togglePause", "load", "loadAt", "preview", "solo",
    "soloCueInTime", "armed",
)  # fmt: skip
ADDRESSES = (
    "/pause", "/resume", "/hardStop", "/panicInTime", "/playhead/N", "/playhead/next", "/playhead/previous",
    "/playhead/none", "/cues", "/cue/N", "/cue/N/KEY", *(f"/cue/N/{verb}" for verb in CUE_VERBS),
)  # fmt: skip


class CueStage(Protocol):
    """What of the engine these verbs need. All may raise CommandError."""

    @property
    def cues(self) -> CueList: ...

    @property
    def means(self) -> Means: ...

    def go(self, number: str | None = None, fade: float | None = None) -> None: ...

    def start(self, number: str, fade: float | None = None) -> None: ...

    def preview(self, number: str) -> None: ...

    def panic(self, fade: float | None = None) -> None: ...

    def hard_stop(self) -> None: ...


def carry_out(
    parts: list[str], args: Sequence[object], seconds: float, stage: CueStage, match: Callable[[str, str], bool]
) -> bool | Reply:
    """Carries out a verb, or answers a question; False when the address is neither of these.

    Raises CommandError when it can't be carried out; nothing changes then.
    """
    cues = stage.cues
    match parts:
        case ["pause"]:
            if pressed(args):
                cues.pause(seconds)
        case ["resume"]:
            if pressed(args):
                cues.resume(seconds)
        case ["hardStop"]:
            if pressed(args):
                stage.hard_stop()
        case ["panicInTime"] if args:
            stage.panic(seconds_at(args, 0))
        case ["playhead", "next" | "previous" as where]:
            if pressed(args):
                cues.step(1 if where == "next" else -1, seconds)
        case ["playhead", number]:
            if pressed(args):
                cues.stand(None if number == "none" else number, seconds)
        case ["cue" | "cue_id" as by, word] if not args:
            told = told_cue(cues, _meant(by, word, cues, match)[0], stage.means)
            return enveloped(f"/{by}/{word}", fitted(told))
        case ["cues"] if not args:
            return enveloped("/cues", fitted(told_cues(cues), MAX_STATUS))
        case ["cue" | "cue_id" as by, word, key] if not args and key in KEYS:
            told = told_cue(cues, _meant(by, word, cues, match)[0], stage.means)
            return answer(f"/{by}/{word}/{key}", told[key])
        case ["cue" | "cue_id" as by, word, verb]:
            for id in _meant(by, word, cues, match):
                _tell(verb, id, args, seconds, stage)
        case _:
            return False
    return True


def _meant(by: str, word: str, cues: CueList, match: Callable[[str, str], bool]) -> list[str]:
    """The ids of the cues that are meant: at least one. Raises CommandError."""
    if by == "cue_id":
        return [cues.order.find_id(word)]
    if word == "playhead":
        if (standing := cues.standing_by) is None:
            raise CommandError("no cue stands by", hint="/playhead/N moves the playhead")
        return [standing.id]
    if word == "active":
        return [running.id for running in cues.running if running.id] or _none("no cue runs")
    if set("*?[]{}").isdisjoint(word):
        return [cues.order.find(word)]
    found = [id for id, entry in cues.order.entries.items() if match(f"/{word}", f"/{entry.label}")]
    if len(found) > MAX_CUES:
        raise CommandError(f'"{word[:60]}" means {len(found)} cues; at most {MAX_CUES} at once')
    return found or _none(f'no cue matches "{word[:60]}"')


def _none(message: str) -> list[str]:
    raise CommandError(message)


def _tell(verb: str, id: str, args: Sequence[object], seconds: float, stage: CueStage) -> None:
    """Does something with one cue."""
    cues = stage.cues
    if verb in ("start", "go"):
        down, fade = button(args)
        if down:
            stage.start(id, fade) if verb == "start" else stage.go(id, fade)
    elif verb == "loadAt":
        cues.load(id, seconds, seconds_at(args, 0, from_end=True))
    elif verb == "soloCueInTime":
        cues.solo(id, seconds, seconds_at(args, 0))
    elif verb == "armed":
        cues.arm(id, _truth(args))
    elif verb not in CUE_VERBS:
        raise CommandError(f'nothing is done to a cue by "{verb[:60]}"', hint=did_you_mean(verb[:60], CUE_VERBS))
    elif pressed(args):
        _press(verb, id, seconds, stage)


def _press(verb: str, id: str, seconds: float, stage: CueStage) -> None:
    cues = stage.cues
    if verb == "togglePause":
        verb = "resume" if cues.is_paused(id) else "pause"
    match verb:
        case "stop" | "hardStop":
            cues.stop_cue(id, seconds)
        case "pause":
            cues.pause(seconds, id)
        case "resume":
            cues.resume(seconds, id)
        case "load":
            cues.load(id, seconds)
        case "preview":
            stage.preview(id)
        case "solo":
            cues.solo(id, seconds)


def _truth(args: Sequence[object]) -> bool | None:
    """Whether to arm; None to turn it round."""
    given = args[0] if len(args) == 1 else None
    if given == "toggle":
        return None
    if isinstance(given, bool | int | float) and given in (0, 1):
        return bool(given)
    raise CommandError("armed: expected 0, 1 or toggle")
