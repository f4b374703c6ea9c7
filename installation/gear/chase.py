"""Follows timecode (MTC): locks on to it, runs on by itself through gaps, and never takes a jump for something that ran past.

Eight quarter frames, two frames long, make a label; from then on each moves the position by a quarter, and the clock by what
lies between. What comes late or early is evened out; more than two frames off is a jump. Where nothing comes it freewheels
for a while, then stands. A full frame says where a machine that stands has been moved to. Pure: every moment is given.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from installation.gear.midi_wire import Full, Label, Quarter, Rate, label, labelled

FREEWHEEL = 1.0
"""Seconds that timecode is taken to run on when nothing comes."""
GAP = 0.1
"""Seconds without a quarter frame (they come every 8 to 11 ms) that are told as a gap."""
JUMP = 2.0
"""Frames that a position may be off before it counts as a jump."""
SOFT = 0.25
"""How much of the error each quarter frame makes good: jitter of a busy USB bus is a few milliseconds."""
EVE = 0.01
"""Frames before a label."""
MISSED = 3
"""Quarter frames that may be lost at once; more, and eight are waited for again."""

State: TypeAlias = Literal["none", "stands", "runs", "freewheels"]


class Chase:
    """Remembers the pieces of the label that is coming, the position, and when it was there."""

    def __init__(self, freewheel: float = FREEWHEEL) -> None:
        self.jumps = self.malformed = 0
        """How often it jumped; labels that don't exist."""
        self.label: Label | None = None
        """Where it is, or stood last."""
        self._freewheel = freewheel
        self._pieces = [0] * 8
        self._last, self._count, self._way = -1, 0, 1
        """The newest piece; how many have come without a gap, and whether forwards (1) or backwards (-1)."""
        self._rate: Rate | None = None
        """None while nothing runs."""
        self._place, self._when = 0.0, 0.0
        """The position in frames, evened out, and its moment."""
        self._counted: float | None = None
        """The position as it has been counted since a label; None where it has to be heard anew."""
        self._heard = 0.0
        self._given: float | None = None
        self._broken = False
        self._eve: float | None = None
        """Just before where it began to run; told once, so that what stands there is run past."""

    def hear(self, said: Quarter | Full, when: float) -> None:
        """Takes a message that came at `when`, in seconds of `clock.now()`."""
        if isinstance(said, Full):
            self._stop()
            self.label = said.label
        else:
            self._hear(said, when)

    def _hear(self, quarter: Quarter, when: float) -> None:
        step = (quarter.piece - self._last) % 8 if self._last >= 0 else 1
        way = -1 if step > 8 - 1 - MISSED else 1
        gap = when - self._heard > GAP
        whole = step in (1, 7) and way == self._way and not gap
        self._count = min(self._count + 1, 8) if whole else 1
        steps = step - 8 if way < 0 else step
        lost = gap or step == 0 or abs(steps) > MISSED
        self._last, self._way, self._pieces[quarter.piece] = quarter.piece, way, quarter.bits
        if self._counted is not None:
            self._counted = None if lost else self._counted + steps / 4
        self._heard = when
        if self._count == 8 and quarter.piece == (7 if way > 0 else 0):
            self._read(when)
        elif self._counted is not None:
            self._even_out(self._counted, when)

    def _read(self, when: float) -> None:
        """A label is whole. It was true when its first piece came: seven quarters ago, if they came forwards."""
        low = self._pieces
        found = label(low[6] | low[7] << 4, low[4] | low[5] << 4, low[2] | low[3] << 4, low[0] | low[1] << 4)
        if found is None:
            self.malformed += 1
            return
        place = found.number + (7 / 4 if self._way > 0 else 0.0)
        self._counted = None
        if self._rate is not found.rate:
            self._jump(found.rate, place, when)
        self._even_out(place, when)
        self._counted = place

    def _even_out(self, place: float, when: float) -> None:
        if self._rate is None:
            return
        expected = self._reckoned(when)
        error = place - expected
        if abs(error) > JUMP:
            self._jump(self._rate, place, when)
        else:
            self._place, self._when = expected + SOFT * error, when

    def _jump(self, rate: Rate, place: float, when: float) -> None:
        self.jumps += self._rate is not None
        self._broken = self._rate is not None
        self._rate, self._place, self._when, self._given = rate, place, when, None
        # A machine that was told to start at a label has run past it, though it takes two frames to hear so.
        self._eve = place - 7 / 4 - EVE if self._way > 0 and self._counted is None else None

    def _reckoned(self, when: float) -> float:
        assert self._rate is not None
        return self._place + self._way * (when - self._when) * self._rate.real

    def _stop(self) -> None:
        self._rate = self._counted = self._given = self._eve = None
        self._last, self._count, self._broken = -1, 0, False

    def at(self, now: float) -> tuple[float, float] | None:
        """Where running timecode is: its label as seconds, and frames a second as labels count them; None while it stands, and
        once after a jump, so that nothing is taken to have been run past."""
        if self._rate is None:
            return None
        if now - self._heard > self._freewheel:
            self._stop()
            return None
        place = self._reckoned(now)
        if self._way > 0 and self._given is not None:
            place = max(place, self._given)  # what is evened out never runs backwards
        self._given = place
        whole = int(place // 1)
        found = self.label = labelled(whole, self._rate)
        if self._broken:
            self._broken = False
            return None
        if self._eve is not None:
            place, self._eve, self._given = max(self._eve, 0.0), None, None
            whole = int(place // 1)
            found = labelled(whole, self._rate)
        seconds = found.hours * 3600 + found.minutes * 60 + found.seconds
        return seconds + (found.frames + place - whole) / self._rate.nominal, float(self._rate.nominal)

    def state(self, now: float) -> State:
        if self._rate is None:
            return "none" if self.label is None else "stands"
        return "freewheels" if now - self._heard > GAP else "runs"
