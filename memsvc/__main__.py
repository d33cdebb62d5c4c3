"""Entry point of the command line; works with the base install too, by saying what is missing."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

__all__ = ["main"]

_SERVER_LIBRARIES = frozenset({"typer", "rich", "pydantic_settings"})
_HINT = 'memsvc: the command line needs the server libraries; install them with: pip install "memsvc[server]"\n'


def main() -> None:
    """Run the `memsvc` command."""
    # Read when OpenMP is loaded: searches are short, and more threads than cores wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        from memsvc.cli.app import build_app
    except ModuleNotFoundError as error:
        if error.name not in _SERVER_LIBRARIES:
            raise
        sys.stderr.write(_HINT)
        sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    build_app()(prog_name="memsvc")


if __name__ == "__main__":
    main()
