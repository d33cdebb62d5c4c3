"""Which options an endpoint takes, found out by what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, Self, TypeVar

from memsvc.ports.llm import ChatReply
from memsvc_agents.llm.refusals import EndpointRefusal

__all__ = ["Understanding"]


class _Steps(Protocol):
    def without(self, fields: frozenset[str]) -> Self | None:
        """Return a poorer dialect that leaves out or replaces these options; None when nothing can change."""


D = TypeVar("D", bound=_Steps)


class Understanding(Generic[D]):
    """Asks in the richest dialect that the endpoint takes, and keeps to it.

    Safe between threads: at worst two of them find out the same.
    """

    def __init__(self, richest: D) -> None:
        self._dialect = richest

    def ask(self, ask: Callable[[D], ChatReply]) -> ChatReply:
        """Return the answer; raises what `ask` raises, EndpointRefusal once no poorer dialect is left."""
        dialect = self._dialect
        while True:
            try:
                reply = ask(dialect)
            except EndpointRefusal as refusal:
                poorer = dialect.without(refusal.fields)
                if poorer is None:
                    raise
                dialect = poorer
            else:
                self._dialect = dialect
                return reply
