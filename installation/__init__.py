"""An engine for generative, data-driven, camera-aware murals that are projected live.

Everything is importable, but only what is named here is promised.
"""

from installation.errors import InstallationError, Location, Problem

__version__ = "0.1.0"
__all__ = ["InstallationError", "Location", "Problem", "__version__"]
