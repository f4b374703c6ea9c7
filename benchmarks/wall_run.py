"""`python -m benchmarks.wall_run run SHOW ...` is `installation run SHOW ...` before a simulated wall (`wall_camera`)."""

from __future__ import annotations

from installation import cli
from installation.inputs.camera import Camera


def main() -> None:
    """Runs the command line."""
    defaults = Camera.__init__.__kwdefaults__
    assert defaults is not None
    defaults["program"] = "benchmarks.wall_camera"
    cli.main()


if __name__ == "__main__":
    main()
