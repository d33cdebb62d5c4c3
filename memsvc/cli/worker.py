"""`memsvc worker`: background jobs in a process of their own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from memsvc.cli import options
from memsvc.cli.configuration import load_settings
from memsvc.cli.output import report

if TYPE_CHECKING:
    from memsvc.app import App

__all__ = ["beside", "worker"]


def worker(
    once: Annotated[bool, typer.Option("--once", help="Run the jobs that are due, then end.")] = False,
    kinds: Annotated[
        list[str] | None, typer.Option("--kinds", help="Only jobs of this kind; may be repeated.", metavar="KIND")
    ] = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Run background jobs until SIGTERM or Ctrl-C; the jobs at hand are ended first.

    Needed only with MEMSVC_WORKER=separate: otherwise `memsvc serve` runs them. With --once it ends when no job
    is due, those that wait for another try aside: for tests and for cron.
    """
    from memsvc.api import configure_logging
    from memsvc.app import build

    settings = load_settings(data_dir=data_dir)
    configure_logging(settings.log_level)
    with build(settings) as app:
        runner = app.runner.only(kinds) if kinds else app.runner
        if once:
            runner.do_chores()
            count = runner.drain()
            report({"status": "ended", "jobs": count}, [f"jobs run: {count}"], as_json=json)
            return
        stop = _stopped_by_signals()
        report({"status": "running"}, ["memsvc worker runs; stop it with Ctrl-C"], as_json=json)
        runner.run(stop)


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


@contextmanager
def beside(app: App) -> Iterator[None]:
    """Run background jobs in a thread while the block runs; its end gives the job at hand MEMSVC_SHUTDOWN_SECONDS.

    A job that takes longer is left to its lease: it runs again once that has run out.
    """
    stop = threading.Event()
    thread = threading.Thread(target=app.run_worker, args=(stop,), name="memsvc-worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(app.settings.shutdown_seconds)
