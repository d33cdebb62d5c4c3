"""LangGraph's SqliteStore (argument `sqlite`) or InMemoryStore (argument `memory`), a namespace per user."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from memsvc_evals.load.peers.worker import Dataset, serve

BATCH = 1000


class LangGraphStore:
    """SqliteStore needs loadable extensions for sqlite-vec: sqlean's sqlite3 where the interpreter's has none."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._connection: Any = None

    def open(self, folder: Path, data: Dataset) -> None:
        index: dict[str, Any] = {"dims": 384, "embed": data.embed}
        self._data = data
        if self._kind == "memory":
            from langgraph.store.memory import InMemoryStore

            self._store: Any = InMemoryStore(index=index)
            return
        from langgraph.store.sqlite import SqliteStore

        self._connection = _sqlite().connect(
            str(folder / "store.db"), check_same_thread=False, isolation_level=None
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._store = SqliteStore(self._connection, index=index)
        self._store.setup()

    def bulk_add(self, notes: list[int]) -> None:
        from langgraph.store.base import PutOp

        for start in range(0, len(notes), BATCH):
            part = notes[start : start + BATCH]
            self._store.batch([PutOp(self._namespace(n), str(n), self._value(n), index=["text"]) for n in part])

    def add(self, note: int) -> None:
        self._store.put(self._namespace(note), str(note), self._value(note), index=["text"])

    def _namespace(self, note: int) -> tuple[str, str]:
        return ("user", str(self._data.user(note)))

    def _value(self, note: int) -> dict[str, str]:
        return {"text": self._data.texts[note], "tag": self._data.tags[note]}

    def recall(self, question: str, user: int, k: int) -> list[int]:
        found = self._store.search(("user", str(user)), query=question, filter={"tag": self._data.wanted}, limit=k)
        return [int(item.key) for item in found]

    def delete(self, note: int) -> None:
        self._store.delete(self._namespace(note), str(note))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _sqlite() -> Any:
    import sqlite3

    if hasattr(sqlite3.Connection, "enable_load_extension"):
        return sqlite3
    return importlib.import_module("sqlean")


if __name__ == "__main__":
    serve(lambda: LangGraphStore(sys.argv[2]))
