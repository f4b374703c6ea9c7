"""What every command prints with: the standard output, the standard error, and problems with their places on it."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from installation.errors import Problem

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 140)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def tell(problems: Iterable[Problem]) -> None:
    """Problems on the standard error, each with its place and hint."""
    for problem in problems:
        where = f"[bold]{escape(str(problem.where))}[/bold]: " if problem.where else ""
        err.print(f"{where}{escape(problem.message)}")
        if problem.hint:
            err.print(f"    [dim]{escape(problem.hint)}[/dim]")
