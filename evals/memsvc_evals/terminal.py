"""What is shown: reports on stdout, progress on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

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

__all__ = ["progress_bar", "report_console"]

_FILE_WIDTH = 160


def report_console() -> Console:
    """Return a console for tables; into a file or pipe it is wide, so that no cell is cut."""
    console = Console()
    return console if console.is_terminal else Console(width=_FILE_WIDTH)


class _Rate(ProgressColumn):
    """Items per second since the beginning: items that end in bursts would make any shorter mean jump."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.completed / task.elapsed:.1f}/s" if task.elapsed and task.completed else "-/s")


class _Remaining(ProgressColumn):
    """Time until the end at that rate."""

    def render(self, task: Task) -> Text:
        if not task.elapsed or not task.completed or task.total is None:
            return Text("-:--:--")
        return Text(str(timedelta(seconds=round(task.elapsed / task.completed * (task.total - task.completed)))))


@contextmanager
def progress_bar(title: str, total: int) -> Iterator[Callable[[], None]]:
    """Yield the function that advances a bar by one; the bar is shown from the first time on."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), _Remaining())
    progress = Progress(*columns, console=Console(stderr=True))
    task = progress.add_task(title, total=total)

    def advance() -> None:
        progress.start()
        progress.advance(task)

    try:
        yield advance
    finally:
        if progress.live.is_started:
            progress.stop()
