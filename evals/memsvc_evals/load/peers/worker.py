"""One store behind JSON lines on stdin and stdout; needs nothing but numpy and the standard library.

A request is {"op": name, ...}; the answer {"seconds": of the store's own work, ...} or {"error": text}.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from memsvc_evals.answering import answer_requests, claim_stdout

__all__ = ["Dataset", "Store", "serve"]


@dataclass(frozen=True)
class Dataset:
    """The notes by number, with the vector of every text in them and of every question."""

    users: int
    texts: list[str]
    tags: list[str]
    questions: list[str]
    wanted: str
    vectors: dict[str, NDArray[np.float32]]

    def user(self, note: int) -> int:
        return note % self.users

    def embed(self, texts: list[str]) -> list[list[float]]:
        """Return vectors as lists, the form that the peers' embedding hooks ask for."""
        return [self.vectors[text].tolist() for text in texts]


class Store(Protocol):
    """A system under test. Notes are named by their number in the dataset."""

    def open(self, folder: Path, data: Dataset) -> None:
        """Open what is in the folder, or make it."""

    def bulk_add(self, notes: list[int]) -> None:
        """Add many notes the fastest way that the system offers."""

    def add(self, note: int) -> None: ...

    def recall(self, question: str, user: int, k: int) -> list[int]:
        """Return the user's best notes that have the wanted tag."""

    def delete(self, note: int) -> None: ...

    def close(self) -> None:
        """Close what is open; called once, also after a failed `open`."""


def load_dataset(folder: Path) -> Dataset:
    data = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    arrays = np.load(folder / "vectors.npz")
    vectors = dict(zip(data["texts"], arrays["notes"], strict=True))
    vectors.update(zip(data["questions"], arrays["questions"], strict=True))
    return Dataset(data["users"], data["texts"], data["tags"], data["questions"], data["wanted"], vectors)


def serve(make: Callable[[], Store]) -> None:
    """Answer requests until stdin ends, then close the store."""
    answers = claim_stdout()
    data = load_dataset(Path(sys.argv[1]))
    store = make()
    try:
        answer_requests(
            answers,
            lambda request: (
                _rehearse(make(), data) if request["op"] == "rehearse" else _answer(store, data, request)
            ),
        )
    finally:
        store.close()


def _rehearse(store: Store, data: Dataset) -> dict[str, Any]:
    """Use another store for a moment, so that no import and no first call of a library is measured."""
    with TemporaryDirectory() as folder:
        store.open(Path(folder), data)
        store.add(0)
        store.recall(data.questions[0], data.user(0), 1)
        store.close()
    return {"seconds": 0.0, "notes": None}


def _answer(store: Store, data: Dataset, request: dict[str, Any]) -> dict[str, Any]:
    actions: dict[str, Callable[[], list[int] | None]] = {
        "open": lambda: store.open(Path(request["folder"]), data),
        "bulk_add": lambda: store.bulk_add(request["notes"]),
        "add": lambda: store.add(request["note"]),
        "recall": lambda: store.recall(data.questions[request["question"]], request["user"], request["k"]),
        "delete": lambda: store.delete(request["note"]),
    }
    action = actions[request["op"]]
    start = time.perf_counter()
    found = action()
    return {"seconds": time.perf_counter() - start, "notes": found}
