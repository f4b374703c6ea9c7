"""`python -m benchmarks.room_run run SHOW ...` is `installation run SHOW ...` with a simulated wall before its cameras.

Everything but what the camera looks at is the product's own (see `room_camera`): so a calibration can be driven as an operator
drives it, in a place where there is neither projector nor camera.
"""

from __future__ import annotations

from installation import cli
from installation.inputs.camera import Camera


def main() -> None:
    """Runs the command line."""
    defaults = Camera.__init__.__kwdefaults__
    assert defaults is not None
    defaults["program"] = "benchmarks.room_camera"
    cli.main()


if __name__ == "__main__":
    main()
