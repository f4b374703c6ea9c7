"""From the projectors and opening hours that a site names to what switches them while the show plays. Called by the patchbay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from installation.clock import wall_time
from installation.gear.projectors import Address, Hours, Projectors
from installation.scene.opening import hours_told, is_lit
from installation.scene.output_site import Opening

if TYPE_CHECKING:
    from installation.scene.schema import SiteFile


def projectors_of(site: SiteFile) -> Projectors | None:
    """What looks after the site's projectors, where any has a control of its own."""
    addresses = {
        one.name or str(i): Address(one.pjlink.host, one.pjlink.port, one.pjlink.password, one.pjlink.power)
        for i, one in enumerate(site.outputs, 1)
        if one.pjlink is not None
    }
    return Projectors(addresses, hours_of(site.opening)).start() if addresses else None


def hours_of(opening: Sequence[Opening]) -> Hours | None:
    """The opening hours by this machine's own clock and time zone; None without any."""

    def look() -> tuple[bool, dict[str, object]]:
        moment = datetime.fromtimestamp(wall_time())
        return is_lit(opening, moment), hours_told(opening, moment)

    return look if opening else None
