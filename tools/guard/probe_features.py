"""What the transplant probe sees of benign notes and of attacks, as rows of numbers."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from memsvc.guard.canary_set import choose, questions_in
from memsvc.guard.spans import pieces_of
from memsvc.guard.transplant import Nearest, TransplantProbe, nearest_of
from memsvc.guard.trials import Bench
from memsvc.ports.embedding import Embedder, Matrix, Vector

__all__ = ["Attack", "Counting", "Row", "Store", "read_rows", "write_rows"]


@dataclass(frozen=True, slots=True)
class Row:
    """One key text: where from, what the probe's worst trial gives, what it cost, what it does to victims."""

    corpus: str
    kind: str
    words: int
    drowned: float
    margin: float
    log_pieces: float
    share: float
    embeddings: int
    calibrates: bool
    asr1: float = 0.0
    any5: float = 0.0
    tried_fully: bool = True


@dataclass(frozen=True, slots=True)
class Attack:
    """A poisoned text with its trigger and the victims' questions that carry it."""

    family: str
    text: str
    victims: Sequence[str]


class Counting:
    """An embedder that counts."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.model = embedder.model
        self.embedded = 0

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.embedded += len(texts)
        return self._embedder.embed(texts)

    def embed_query(self, text: str) -> Vector:
        self.embedded += 1
        return self._embedder.embed_query(text)

    def windows(self, text: str) -> list[tuple[int, int]]:
        return self._embedder.windows(text)


class Store:
    """Cleared notes of a corpus, and the probe with canaries drawn for it."""

    def __init__(self, name: str, cleared: Sequence[str], embedder: Embedder, *, seed: bytes) -> None:
        self.name = name
        self.vectors = embedder.embed(cleared)
        self._places = {text: place for place, text in enumerate(cleared)}
        self._counting = Counting(embedder)
        own = [question for text in cleared for question in questions_in(text)]
        self._probe = TransplantProbe.of(self._counting, choose(own, seed=seed, count=12))

    def with_cleared(self, texts: Sequence[str], embedder: Embedder) -> Store:
        """Return the same with more cleared notes and the same canaries."""
        more = copy(self)
        more.vectors = np.vstack([self.vectors, embedder.embed(texts)])
        return more

    def benign(self, kind: str, text: str) -> Row:
        """Return the row of a text; of a cleared one, the others are what it is compared with."""
        return self._row(kind, text, self._nearest(text))

    def attack(self, attack: Attack) -> Row:
        """Return the row of a poisoned text with its success among all cleared notes."""
        asked = (
            self._counting.embed(attack.victims) @ np.vstack([self.vectors, self._counting.embed([attack.text])]).T
        )
        best = np.sort(asked[:, :-1], axis=1)[:, -5:]
        first, fifth = (float((asked[:, -1] > best[:, place]).mean()) for place in (-1, 0))
        row = self._row(attack.family, attack.text, nearest_of(self.vectors))
        return Row(**{**asdict(row), "asr1": first, "any5": fifth})

    def _nearest(self, text: str) -> Nearest:
        place = self._places.get(text)
        return nearest_of(self.vectors if place is None else np.delete(self.vectors, place, axis=0))

    def _row(self, kind: str, text: str, nearest: Nearest) -> Row:
        keys = self._counting.embed([text])
        pieces = pieces_of(text)
        before = self._counting.embedded
        worst = self._probe.worst(Bench(self._probe.tools, text, pieces, keys, nearest))
        assert worst is not None, "a text without words"
        return Row(
            corpus=self.name,
            kind=kind,
            words=len(text.split()),
            drowned=worst.drowned,
            margin=float(np.quantile(worst.margin, 0.25)),
            log_pieces=math.log(len(pieces)),
            share=worst.share,
            embeddings=self._counting.embedded - before,
            calibrates=hashlib.sha256(text.encode()).digest()[0] % 2 == 0,
            tried_fully=len(worst.margin) == len(self._probe.tools.canaries),
        )


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as JSON lines; they hold no text."""
    path.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows))


def read_rows(paths: Iterable[Path]) -> Iterator[Row]:
    """Read the rows of several files."""
    for path in paths:
        for line in path.read_text().splitlines():
            yield Row(**json.loads(line))
