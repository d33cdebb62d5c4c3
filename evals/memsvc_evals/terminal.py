"""What is shown: reports on stdout, progress on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
)
from rich.text import Text

__all__ = ["Advance", "progress_bar", "report_console"]

_FILE_WIDTH = 160


class Advance(Protocol):
    """Advances a bar by one item; `resumed` says that it was there before and took no time."""

    def __call__(self, *, resumed: bool = False) -> None: ...


def report_console() -> Console:
    """Return a console for tables; into a file or pipe it is wide, so that no cell is cut."""
    console = Console()
    return console if console.is_terminal else Console(width=_FILE_WIDTH)


def _rate(task: Task) -> float:
    """Return items per second since the beginning, 0 if not known; items from an earlier run took no time.

    Items may end in bursts, which would make the mean over any shorter time jump.
    """
    worked = task.completed - task.fields.get("kept", 0)
    return worked / task.elapsed if task.elapsed else 0.0


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        rate = _rate(task)
        return Text(f"{rate:.1f}/s" if rate else "-/s")


class _Remaining(ProgressColumn):
    """Time until the end at that rate."""

    def render(self, task: Task) -> Text:
        rate = _rate(task)
        if not rate or task.total is None:
            return Text("-:--:--")
        return Text(str(timedelta(seconds=max(0, round((task.total - task.completed) / rate)))))


@contextmanager
def progress_bar(title: str, total: int) -> Iterator[Advance]:
    """Yield what advances a bar by one; the bar is shown from the first time on."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), _Remaining())
    progress = Progress(*columns, console=Console(stderr=True))
    task = progress.add_task(title, total=total, kept=0)
    kept = 0

    def advance(*, resumed: bool = False) -> None:
        nonlocal kept
        kept += resumed
        progress.start()
        progress.update(task, advance=1, kept=kept)

    try:
        yield advance
    finally:
        if progress.live.is_started:
            progress.stop()
