"""What a person sees while an audit runs: a bar in a notebook or on a terminal, nothing anywhere else."""

from __future__ import annotations

import contextlib
import html
import sys
from collections.abc import Callable, Iterator
from typing import Any

STEPS = ("looking at the files", "loading", "deriving orders, parcels and journeys", "running rules", "done")
"""Steps of a run in order; what they say in between (a file's name) belongs to the step before."""

Tell = Callable[[str], None]


@contextlib.contextmanager
def progress(wanted: bool | None) -> Iterator[Tell]:
    """Give a function that takes the name of each step as it begins.

    Parameters
    ----------
    wanted : bool, optional
        ``False``: show nothing. By default only where a person looks: a notebook, or a terminal on stderr.
    """
    if wanted is False:
        yield lambda step: None
    elif _in_notebook():
        with _notebook() as tell:
            yield tell
    elif wanted or sys.stderr.isatty():
        with _terminal() as tell:
            yield tell
    else:
        yield lambda step: None


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


class _Place:
    """How far along the steps a run is."""

    def __init__(self) -> None:
        self.done = 0

    def at(self, step: str) -> int:
        if step in STEPS:
            self.done = STEPS.index(step)
        return self.done


@contextlib.contextmanager
def _terminal() -> Iterator[Tell]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    place = _Place()
    columns = (SpinnerColumn(), BarColumn(bar_width=24), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=len(STEPS) - 1)
        yield lambda step: bar.update(task, description=step, completed=place.at(step))


@contextlib.contextmanager
def _notebook() -> Iterator[Tell]:
    from IPython import display as ipython

    show: Any = ipython  # IPython's own functions carry no types

    place = _Place()

    def bar(step: str) -> Any:
        done = place.at(step)
        words = html.escape(step)
        return show.HTML(
            f'<progress value="{done}" max="{len(STEPS) - 1}" aria-label="{words}"></progress> <small>{words}</small>'
        )

    shown = show.display(bar("starting"), display_id=True)
    try:
        yield lambda step: shown.update(bar(step))
    finally:
        shown.update(show.HTML(""))
