"""chromadb's persistent client, one collection."""

from __future__ import annotations

from pathlib import Path

from memsvc_evals.load.peers.worker import Dataset, serve

BATCH = 5000


class ChromaStore:
    """Vectors are given with every call, so no embedding function is used."""

    def open(self, folder: Path, data: Dataset) -> None:
        import chromadb
        from chromadb.config import Settings

        client = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
        self._notes = client.get_or_create_collection(
            "load", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        self._data = data

    def bulk_add(self, notes: list[int]) -> None:
        for start in range(0, len(notes), BATCH):
            self._add(notes[start : start + BATCH])

    def add(self, note: int) -> None:
        self._add([note])

    def _add(self, notes: list[int]) -> None:
        data = self._data
        texts = [data.texts[n] for n in notes]
        self._notes.add(
            ids=[str(n) for n in notes],
            documents=texts,
            embeddings=data.embed(texts),
            metadatas=[{"user": data.user(n), "tag": data.tags[n]} for n in notes],
        )

    def recall(self, question: str, user: int, k: int) -> list[int]:
        found = self._notes.query(
            query_embeddings=self._data.embed([question]),
            n_results=k,
            where={"$and": [{"user": user}, {"tag": self._data.wanted}]},
        )
        return [int(name) for name in found["ids"][0]]

    def delete(self, note: int) -> None:
        self._notes.delete(ids=[str(note)])

    def close(self) -> None:
        """Leave it to the end of the process: the client has no close."""


if __name__ == "__main__":
    serve(ChromaStore)
