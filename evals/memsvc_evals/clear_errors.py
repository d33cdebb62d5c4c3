"""Errors of a command as one clear line and exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from memsvc.errors import MemsvcError

__all__ = ["clear_errors"]


@contextmanager
def clear_errors() -> Iterator[None]:
    """Print a MemsvcError on stderr and leave with exit code 2."""
    try:
        yield
    except MemsvcError as error:
        typer.echo(f"error: {error.detail}", err=True)
        raise typer.Exit(2) from None
