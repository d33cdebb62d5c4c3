"""The service's own state, and problems."""

from __future__ import annotations

from typing import Literal

from memsvc.wire.base import Response

__all__ = ["FieldProblem", "Health", "Problem", "Readiness", "Version"]


class Health(Response):
    status: Literal["ok"] = "ok"


class Readiness(Response):
    """Whether requests can be answered; `checks` maps storage, embedder and guard to ok or to what is wrong.

    A guard without its model does not make the service unready.
    """

    status: Literal["ready", "unready"]
    checks: dict[str, str]


class Version(Response):
    version: str
    api: str = "v1"


class FieldProblem(Response):
    """One wrong place in a request, named by JSON pointer."""

    pointer: str
    message: str


class Problem(Response):
    """An error as RFC 9457 has it; `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    request_id: str | None = None
    errors: tuple[FieldProblem, ...] = ()
