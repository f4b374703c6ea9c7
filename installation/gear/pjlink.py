"""One projector's own network control, PJLink: asks how it is, and switches its power and shutter (the library `aiopjlink2`, an
optional extra). PJLink is the JBMIA's, classes 1 and 2, TCP port 4352, with or without a password.

What a projector says crosses as a `Told`; what goes wrong on the way is a `DeviceError` in the operator's words. Many projectors
take one connection at a time and close it when they like, so each question has its own, one after the other. Called by
`projectors`, in its thread; never in a frame.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from installation.errors import DeviceError

LIBRARY = 'install it: pip install "installation[projectors]", or ./.tools/uv pip install aiopjlink2'
PATIENCE = 4.0
"""Seconds for each answer. PJLink gives a projector 2 (4.2 of its guideline); networks take their own."""
LONGEST = 20.0
"""Seconds that a look at all of it may take, however slowly it answers."""
MOST_TEXT = 80

Power: TypeAlias = Literal["off", "warming", "on", "cooling"]
Shutter: TypeAlias = Literal["open", "closed", "unknown"]


@dataclass(frozen=True, slots=True)
class Told:
    """How a projector says it is. `hours`: of each lamp, as counted. `faults`: "warning" or "error" by what it concerns
    (fan, lamp, temperature, cover, filter, other); nothing where all is well."""

    power: Power
    shutter: Shutter = "unknown"
    hours: tuple[int, ...] = ()
    faults: dict[str, str] = field(default_factory=dict)
    name: str = ""


class SilentError(DeviceError):
    """No answer at all: off the network, or not there yet."""


class BusyError(DeviceError):
    """A projector can't do it just now: it warms up or cools down. Asked again a little later, it can."""


class RefusedError(DeviceError):
    """A projector has heard it, and doesn't do it."""


class PjLink:
    """A projector at an address. Remembers its name."""

    def __init__(self, library: Any, host: str, port: int, password: str | None, patience: float = PATIENCE) -> None:
        """`library` is what `library()` gives."""
        self._of = library
        self._patience = patience
        self._link = library.PJLink(host, port, password, patience, "utf-8")
        self._name: str | None = None

    async def look(self) -> Told:
        """How it is. Raises DeviceError where it doesn't say."""
        told: Told = await self._told(self._look())
        return told

    async def _look(self) -> Told:
        power = (await self._link.power.get()).name.lower()
        faults = {
            about.value: "error" if level is self._of.Errors.Level.ERROR else "warning"
            for about, level in (await self._or(self._link.errors.query(), {})).items()
            if level is not self._of.Errors.Level.OK
        }
        hours = tuple(int(count) for count, _ in await self._or(self._link.lamps.status(), []))
        shutter: Shutter = "unknown"
        if power == "on" and (muted := await self._or(self._link.mute.status(), None)) is not None:
            shutter = "closed" if muted[0] else "open"
        if self._name is None:
            said = str(await self._or(self._link.info.projector_name(), ""))
            self._name = "".join(letter for letter in said if letter.isprintable())[:MOST_TEXT].strip()
        return Told(power, shutter, hours, faults, self._name)

    async def power(self, on: bool) -> None:
        """Switches it on or off. Raises DeviceError; BusyError while it warms up or cools down, RefusedError."""
        await self._told(self._link.power.turn_on() if on else self._link.power.turn_off())

    async def shutter(self, open: bool) -> None:
        """Opens or closes its shutter, or what it has for one: picture and sound muted, or where it has no sound the picture.
        Raises DeviceError; BusyError while there is no picture, RefusedError."""
        try:
            await self._told(self._link.mute.both(not open), bare=True)
        except self._of.PJLinkERR2:
            await self._told(self._link.mute.video(not open))

    async def _or(self, asked: Any, otherwise: Any) -> Any:
        """What not every projector has, or has at all times: an answer, or what stands for none."""
        try:
            return await asked
        except (self._of.PJLinkERR1, self._of.PJLinkERR2, self._of.PJLinkERR3):
            return otherwise
        except self._of.PJLinkUnexpectedResponseParameter:
            return otherwise

    async def _told(self, asked: Any, bare: bool = False) -> Any:
        """The answer; whatever goes wrong as a DeviceError. `bare`: "out of parameter" is raised as the library's."""
        of = self._of
        try:
            return await asyncio.wait_for(asked, max(LONGEST, 2 * self._patience))
        except of.PJLinkPassword as error:
            hint = "pjlink: password in the site file, as in the projector's menu"
            raise DeviceError(f"its password isn't right ({error})", hint=hint) from None
        except of.PJLinkERR3:
            raise BusyError("it can't just now: it warms up, cools down or shows nothing") from None
        except of.PJLinkERR4:
            raise RefusedError("it says that it has failed", hint="look at its lamps and its own menu") from None
        except (of.PJLinkERR1, of.PJLinkERR2) as error:
            if bare and isinstance(error, of.PJLinkERR2):
                raise
            raise RefusedError(f"it doesn't do that ({error})") from None
        except of.PJLinkNoConnection:
            raise SilentError("no answer", hint="is it plugged in, and its network standby on?") from None
        except (TimeoutError, of.PJLinkException, OSError) as error:
            raise DeviceError(f"no whole answer ({error})"[:200], hint="is PJLink on in its menu?") from None
        except (
            ValueError,
            IndexError,
            UnicodeError,
        ) as error:  # what no projector should say, and the library not expects
            raise DeviceError(f"an answer that isn't PJLink's ({error})"[:200], hint="is it a projector?") from None


def library() -> Any:
    """The library. Raises DeviceError where it isn't there."""
    try:
        import aiopjlink
    except ImportError:
        raise DeviceError("no PJLink: the library aiopjlink2 isn't there", hint=LIBRARY) from None
    if not hasattr(aiopjlink, "PJLinkERR2"):  # an older library of the same name, in which a connection is kept
        raise DeviceError("no PJLink: the library aiopjlink is there, aiopjlink2 isn't", hint=LIBRARY)
    return aiopjlink
