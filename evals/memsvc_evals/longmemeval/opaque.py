"""Ids that tell the service nothing: the file's own ids carry the gold label."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from memsvc_evals.longmemeval.corpus import Corpora
from memsvc_evals.longmemeval.question import Question

__all__ = ["OpaqueIds", "Places"]


@dataclass(frozen=True, slots=True)
class OpaqueIds:
    """Hashes of (question, position in the haystack); `salt` gives other ids, which must rank the same."""

    question: str
    salt: str = ""

    @property
    def namespace(self) -> str:
        return f"lme-{self._hash('namespace')}"

    def session(self, position: int) -> str:
        return self._hash(f"session {position}")

    def _hash(self, what: str) -> str:
        return hashlib.sha256(f"{self.salt}\0{self.question}\0{what}".encode()).hexdigest()[:24]


class Places:
    """From opaque session ids (and turn positions) back to indices into the corpora."""

    def __init__(self, question: Question, corpora: Corpora, ids: OpaqueIds) -> None:
        self._positions = {ids.session(i): i for i in range(len(question.haystack))}
        self._turns = {(d.session, d.turn): index for index, d in enumerate(corpora.turns)}

    def session(self, opaque: str) -> int:
        return self._positions[opaque]

    def turn(self, opaque: str, position: int) -> int | None:
        """Return the user-turn document at a turn position, None for an assistant's turn."""
        return self._turns.get((self._positions[opaque], position))
