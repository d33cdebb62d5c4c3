"""Errors as one clear line on standard error, and the exit codes."""

from __future__ import annotations

from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from memsvc.cli.output import say
from memsvc.errors import InvalidInput, MemsvcError

__all__ = ["BAD_INPUT", "FAILURE", "PROBLEMS_FOUND", "FailureGroup"]

FAILURE = 1
BAD_INPUT = 2
PROBLEMS_FOUND = 3


class FailureGroup(TyperGroup):
    """A group of commands whose expected errors end in a line and an exit code, never in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = _plain(error)
            raise
        except InvalidInput as error:
            _end(error, BAD_INPUT)
        except MemsvcError as error:
            _end(error, FAILURE)
        except BrokenPipeError:
            raise
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            say(f"memsvc: {where}{error.strerror or error}")
            raise typer.Exit(FAILURE) from error


def _plain(error: typer.BadParameter) -> str:
    """Return what is wrong with an option in this project's words; typer gives pydantic's."""
    from pydantic import ValidationError

    from memsvc.wire.wording import wording

    cause = error.__cause__
    return wording(cause.errors()[0]) if isinstance(cause, ValidationError) else error.message


def _end(error: MemsvcError, code: int) -> NoReturn:
    request = f" (request {error.request_id})" if error.request_id else ""
    where = f"{error.place}: " if error.place else ""
    say(f"memsvc: {where}{error.detail}{request}")
    for wrong in error.errors:
        if wrong.message and wrong.message not in error.detail:
            say(f"memsvc: {wrong.pointer}: {wrong.message}")
    raise typer.Exit(code) from error
