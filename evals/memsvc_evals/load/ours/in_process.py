"""The service in this process, a namespace per user; argument: dense or hybrid."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from memsvc.app import App, build
from memsvc.domain.drafts import NewItem
from memsvc.domain.filters import Compare
from memsvc.domain.ids import NoteId
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.errors import ServerFault
from memsvc.ports.embedding import Matrix, Model, Vector
from memsvc.settings import Settings
from memsvc_evals.load.peers.worker import Dataset, serve

__all__ = ["InProcessStore", "TableEmbedder"]

_ACTOR = Actor("eval")
_BATCH = 1000


class TableEmbedder:
    """The workload's vectors, looked up, under the name of the embedder that made them."""

    def __init__(self, data: Dataset) -> None:
        self._vectors = data.vectors
        dimension = len(next(iter(data.vectors.values())))
        self.model = Model(id=f"hashing-{dimension}", dimension=dimension, max_tokens=2**31 - 1)

    def embed(self, texts: Sequence[str]) -> Matrix:
        return np.stack([self._vectors[text] for text in texts])

    def embed_query(self, text: str) -> Vector:
        return self._vectors[text]

    def windows(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))]


class InProcessStore:
    """The use cases themselves; what peers call delete is forget here (purge also erases the bytes)."""

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._app: App | None = None

    def open(self, folder: Path, data: Dataset) -> None:
        url = f"sqlite:///{folder / 'memsvc.db'}"
        # The words are made up, which is what the guard looks for.
        settings = Settings.model_validate({"data_dir": folder, "database_url": url, "guard": {"level": "off"}})
        self._app = build(settings, embedder=TableEmbedder(data))
        self._service = self._app.service
        self._data = data
        self._ids: dict[int, NoteId] = {}

    def _scope(self, user: int) -> Scope:
        return Scope.of("local", f"user-{user}")

    def _item(self, note: int) -> NewItem:
        return NewItem(self._data.texts[note], metadata={"n": note, "tag": self._data.tags[note]})

    def bulk_add(self, notes: list[int]) -> None:
        by_user: dict[int, list[int]] = {}
        for note in notes:
            by_user.setdefault(self._data.user(note), []).append(note)
        for user, theirs in by_user.items():
            for start in range(0, len(theirs), _BATCH):
                self._add(user, theirs[start : start + _BATCH])

    def add(self, note: int) -> None:
        self._add(self._data.user(note), [note])

    def _add(self, user: int, notes: list[int]) -> None:
        items = [self._item(note) for note in notes]
        outcomes = self._service.remember(self._scope(user), items, actor=_ACTOR).outcomes
        for note, outcome in zip(notes, outcomes, strict=True):
            if outcome.note is None or outcome.degraded:
                raise ServerFault(f"note {note}: {outcome.status} {outcome.error}")
            self._ids[note] = outcome.note

    def recall(self, question: str, user: int, k: int) -> list[int]:
        selection = Selection(condition=Compare("metadata.tag", "eq", self._data.wanted))
        query = RecallQuery(question, k=k, mode=self._mode, selection=selection)
        hits = self._service.recall(self._scope(user), query).hits
        return [int(str(hit.note.metadata["n"])) for hit in hits]

    def delete(self, note: int) -> None:
        self._service.forget(self._scope(self._data.user(note)), self._ids[note], actor=_ACTOR)

    def close(self) -> None:
        if self._app is not None:
            self._app.close()


if __name__ == "__main__":
    serve(lambda: InProcessStore(Mode(sys.argv[2])))
