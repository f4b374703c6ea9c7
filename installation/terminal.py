"""What commands say on a terminal: results on the standard output, problems, progress and the log on the standard error."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from installation.errors import Problem, visible

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 140)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def log_to_terminal() -> None:
    """What happens during a show goes to the standard error, with the time of day."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("installation")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


def tell(problems: Iterable[Problem], kind: str = "") -> None:
    """Problems on the standard error, each with its place and hint; `kind` leads each, as in "warning: "."""
    for problem in problems:
        where = f"[bold]{plain(str(problem.where))}[/bold]: " if problem.where else ""
        err.print(f"{where}{kind}{plain(problem.message)}")
        if problem.hint:
            err.print(f"    [dim]{plain(problem.hint)}[/dim]")


def plain(text: str) -> str:
    """A text as it is: nothing in it steers the terminal, or is taken for markup."""
    return escape("\n".join(map(visible, text.split("\n"))))


@contextmanager
def progress_bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, nothing in a pipe. Gives a function that takes how many of how many are done."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(escape(name))
        yield lambda done, total: bar.update(task, completed=done, total=total)
