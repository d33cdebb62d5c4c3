"""The notes, questions and vectors that every system gets."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memsvc_agents.embed.hashing import HashingEmbedder

__all__ = ["DIMENSION", "WANTED", "Workload", "make_workload"]

DIMENSION = 384
WANTED = "wanted"
_SEED = 7
_WORDS = 12
_VOCABULARY = 4000
_WANTED_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Workload:
    """`stored` notes are loaded at first, those after them added one by one; rows of `vectors` are L2-normalised.

    Note i belongs to user i % users. Of each user's stored notes three in ten have the wanted tag.
    """

    users: int
    stored: int
    texts: tuple[str, ...]
    tags: tuple[str, ...]
    vectors: NDArray[np.float32]
    questions: tuple[str, ...]
    question_vectors: NDArray[np.float32]

    @property
    def per_user(self) -> int:
        return self.stored // self.users

    @property
    def wanted_per_user(self) -> int:
        return int(self.per_user * _WANTED_SHARE)

    def save(self, folder: Path) -> None:
        """Write the files that workers read: dataset.json and vectors.npz."""
        data = {
            "users": self.users,
            "stored": self.stored,
            "texts": self.texts,
            "tags": self.tags,
            "questions": self.questions,
            "wanted": WANTED,
        }
        (folder / "dataset.json").write_text(json.dumps(data), encoding="utf-8")
        np.savez(folder / "vectors.npz", notes=self.vectors, questions=self.question_vectors)


def make_workload(*, notes: int, users: int, extra: int, questions: int) -> Workload:
    """Make `notes` stored notes and `extra` ones to add, always the same for the same numbers."""
    rng = random.Random(_SEED)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(4, 9))) for _ in range(_VOCABULARY)]
    texts = tuple(f"{i} {' '.join(rng.choices(words, k=_WORDS))}" for i in range(notes + extra))
    asked = tuple(" ".join(rng.choices(words, k=_WORDS)) for _ in range(questions))
    wanted = int(notes // users * _WANTED_SHARE)
    # Spread over each user's notes in order, not the first ones, so that no store can win by insertion order.
    order = list(range(notes // users))
    rng.shuffle(order)
    chosen = set(order[:wanted])
    tags = tuple(WANTED if i < notes and i // users in chosen else "other" for i in range(notes + extra))
    embedder = HashingEmbedder(DIMENSION)
    return Workload(users, notes, texts, tags, embedder.embed(texts), asked, embedder.embed(asked))
