"""mem0ai with its FAISS store, infer=False; no network."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from memsvc_evals.load.peers.worker import Dataset, serve


class FixedEmbedding:
    """Stands in for mem0's embedding model."""

    def __init__(self, data: Dataset) -> None:
        self._data = data

    def embed(self, text: str, memory_action: str | None = None) -> list[float]:  # noqa: ARG002 - mem0 gives it
        return self._data.embed([text])[0]


class Mem0Store:
    """Bulk goes straight into mem0's vector store in one call: Memory.add writes the whole index each time."""

    def __init__(self) -> None:
        self._memory: Any = None

    def open(self, folder: Path, data: Dataset) -> None:
        from mem0 import Memory

        store = {"collection_name": "load", "path": str(folder / "faiss"), "embedding_model_dims": 384}
        self._memory = Memory.from_config(
            {
                "vector_store": {"provider": "faiss", "config": store | {"distance_strategy": "cosine"}},
                "history_db_path": str(folder / "history.db"),
            }
        )
        self._memory.embedding_model = FixedEmbedding(data)
        self._data = data
        self._ids: dict[int, str] = {}

    def _metadata(self, note: int) -> dict[str, Any]:
        return {"n": note, "tag": self._data.tags[note]}

    def bulk_add(self, notes: list[int]) -> None:
        ids = [str(uuid.uuid4()) for _ in notes]
        payloads = [
            self._metadata(n) | {"user_id": f"u{self._data.user(n)}", "data": self._data.texts[n]} for n in notes
        ]
        vectors = self._data.embed([self._data.texts[n] for n in notes])
        self._memory.vector_store.insert(vectors=vectors, payloads=payloads, ids=ids)
        self._ids.update(zip(notes, ids, strict=True))

    def add(self, note: int) -> None:
        user = f"u{self._data.user(note)}"
        text = self._data.texts[note]
        done = self._memory.add(text, user_id=user, metadata=self._metadata(note), infer=False)
        self._ids[note] = done["results"][0]["id"]

    def recall(self, question: str, user: int, k: int) -> list[int]:
        filters = {"user_id": f"u{user}", "tag": self._data.wanted}
        found = self._memory.search(question, filters=filters, top_k=k, threshold=0.0)
        return [hit["metadata"]["n"] for hit in found["results"]]

    def delete(self, note: int) -> None:
        self._memory.delete(self._ids.pop(note))

    def close(self) -> None:
        if self._memory is not None:
            self._memory.db.close()


if __name__ == "__main__":
    with TemporaryDirectory() as home:
        os.environ.update(MEM0_TELEMETRY="False", OPENAI_API_KEY="none", MEM0_DIR=home)
        serve(Mem0Store)
