"""What a helper process owes to the engine that started it. Called first thing in each of them."""

from __future__ import annotations

import os
import signal
import sys


def die_with(parent: int) -> None:
    """Asks Linux to kill this process with its parent, even when it is stopped or hangs in a driver.

    `parent` is the engine's process; 0 where it is unknown. Ctrl-C is the engine's, which then asks its helpers to end.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, int(signal.SIGKILL), 0, 0, 0)
        if parent and os.getppid() != parent:
            os._exit(0)  # it died before we could ask
