"""The product before a simulated room: what `room_camera` and `wall_camera` are run by. Everything else is the product's own.

With words, such a module is the command line, `python -m benchmarks.wall_camera run SHOW ...`, whose camera processes are that
module too; so a calibration can be driven as an operator drives it, where there is neither projector nor camera. Without words it
is the camera process, with the room as its source.
"""

from __future__ import annotations

import sys
from typing import Any

from installation.inputs import camera_process, sources
from installation.inputs.camera import Camera
from installation.inputs.light_slot import LightSlot


def main(program: str, room: Any) -> None:
    """`program`: the module; `room(seed)`: a source of pictures, whose class's `slot` becomes what the engine tells by."""
    if len(sys.argv) > 1:
        from installation import cli

        defaults = Camera.__init__.__kwdefaults__
        assert defaults is not None
        defaults["program"] = program
        cli.main()
        return
    attach = LightSlot.attach

    def attached(address: str, width: int, height: int) -> LightSlot:
        room.slot = attach(address, width, height)
        return attach(address, width, height)

    def open_source(text: str, seed: int = 0, *rest: Any) -> Any:
        return room(int(text.partition(":")[2] or seed))

    LightSlot.attach = staticmethod(attached)  # type: ignore[assignment, method-assign]
    sources.open_source = open_source  # type: ignore[assignment]
    sys.exit(camera_process.main([]))
