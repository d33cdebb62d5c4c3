"""`memsvc eval`: the benchmarks, loaded only when they are asked for."""

from __future__ import annotations

import typer

from memsvc.errors import InvalidInput

__all__ = ["eval_"]


def eval_(context: typer.Context) -> None:
    """Run benchmarks; see `memsvc eval --help`."""
    try:
        from memsvc_evals.cli import app
    except ModuleNotFoundError as error:
        raise InvalidInput(
            f'the benchmarks need {error.name}; install it with: pip install "memsvc[evals]"'
        ) from error
    app(context.args, prog_name="memsvc eval")
