"""Vectors for a write that finds out only within its transaction which texts it needs."""

from __future__ import annotations

from collections.abc import Mapping

from memsvc.errors import EmbedderUnavailable
from memsvc.memory.context import Context
from memsvc.memory.embedding import without_vectors
from memsvc.ports.embedding import Vector
from memsvc.ports.storage import Writer

__all__ = ["VectorsAtHand", "VectorsMissing"]


class VectorsMissing(Exception):
    """Raised inside the writer's block, so that it rolls back and the texts are embedded outside of it."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__(f"{len(texts)} texts have no vector yet")
        self.texts = texts


class VectorsAtHand:
    """What was embedded for one use case so far; when the embedder fails, it goes on with what there is."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[str, Vector] = {}
        self.failed = False

    def fetch(self, texts: Mapping[str, str]) -> None:
        """Embed texts, by hash; to be called outside of a transaction."""
        try:
            matrix = self._context.embedder.embed(list(texts.values()))
        except EmbedderUnavailable:
            self.failed = True
            return
        self._known |= dict(zip(texts, matrix, strict=True))

    def of(self, writer: Writer, texts: Mapping[str, str]) -> Mapping[str, Vector] | None:
        """Return the vectors that the namespace lacks of these texts; None when the embedder has failed for one.

        Raises VectorsMissing.
        """
        missing = without_vectors(texts, writer, self._context.embedder)
        unknown = {name: text for name, text in missing.items() if name not in self._known}
        if unknown and not self.failed:
            raise VectorsMissing(unknown)
        return None if unknown else {name: self._known[name] for name in missing}
