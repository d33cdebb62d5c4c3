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

from memsvc.guard.canary_set import choose
from memsvc.guard.coherence import Coherence
from memsvc.guard.spans import pieces_of
from memsvc.guard.surfaces import texts_to_examine
from memsvc.guard.transplant import Nearest, TransplantProbe, nearest_of, suspicion
from memsvc.guard.trials import Bench, Trial
from memsvc.ports.embedding import Embedder, Matrix, Vector

__all__ = ["Attack", "Counting", "Row", "Store", "read_rows", "write_rows"]


@dataclass(frozen=True, slots=True)
class Row:
    """One note: where from, what the worst trial of all its key texts gives, what it cost, what victims meet.

    `words` are those of the note's whole content, by which p-values are.
    """

    corpus: str
    kind: str
    words: int
    drowned: float
    margin: float
    log_pieces: float
    incoherence: float
    share: float
    embeddings: int
    calibrates: bool
    asr1: float = 0.0
    any5: float = 0.0
    tried_fully: bool = True
    canaries: str = ""


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

    def __init__(
        self, name: str, cleared: Sequence[str], embedder: Embedder, coherence: Coherence, *, seed: bytes
    ) -> None:
        self.name = name
        self._seed = seed
        self.vectors = embedder.embed(cleared)
        self._places = {text: place for place, text in enumerate(cleared)}
        self._counting = Counting(embedder)
        self._probe = TransplantProbe.of(self._counting, choose((), seed=seed, count=12), coherence=coherence)

    def with_cleared(self, texts: Sequence[str], embedder: Embedder) -> Store:
        """Return the same with more cleared notes and the same canaries."""
        more = copy(self)
        more.vectors = np.vstack([self.vectors, embedder.embed(texts)])
        return more

    def benign(self, kind: str, content: str, texts: Sequence[str]) -> Row:
        """Return the row of a note; of a cleared one, the others are what its key texts are compared with."""
        return self._row(kind, content, texts, self._nearest(texts))

    def attack(self, attack: Attack) -> Row:
        """Return the row of a poisoned text with its success among all cleared notes."""
        asked = (
            self._counting.embed(attack.victims) @ np.vstack([self.vectors, self._counting.embed([attack.text])]).T
        )
        best = np.sort(asked[:, :-1], axis=1)[:, -5:]
        first, fifth = (float((asked[:, -1] > best[:, place]).mean()) for place in (-1, 0))
        row = self._row(attack.family, attack.text, [attack.text], nearest_of(self.vectors))
        return Row(**{**asdict(row), "asr1": first, "any5": fifth})

    def _nearest(self, texts: Sequence[str]) -> Nearest:
        own = [self._places[text] for text in texts if text in self._places]
        return nearest_of(np.delete(self.vectors, own, axis=0))

    def _row(self, kind: str, content: str, texts: Sequence[str], nearest: Nearest) -> Row:
        keys = self._counting.embed(texts)
        before = self._counting.embedded
        found: list[tuple[float, int, float, Trial]] = []
        for place in texts_to_examine(texts):
            pieces = pieces_of(texts[place])
            trial = self._probe.worst(Bench(self._probe.tools, texts[place], pieces, keys, nearest))
            if trial is not None:
                strange = self._probe.incoherence(texts[place], pieces, trial.window)
                found.append((suspicion(trial, len(pieces), strange), len(pieces), strange, trial))
        _, length, strange, worst = max(found, key=lambda each: each[0])
        return Row(
            corpus=self.name,
            kind=kind,
            words=len(content.split()),
            drowned=worst.drowned,
            margin=float(np.quantile(worst.margin, 0.25)),
            log_pieces=math.log(length),
            incoherence=strange,
            share=worst.share,
            embeddings=self._counting.embedded - before,
            calibrates=hashlib.sha256(texts[0].encode()).digest()[0] % 2 == 0,
            tried_fully=len(worst.margin) == len(self._probe.tools.canaries),
            canaries=self._seed.hex(),
        )


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as JSON lines; they hold no text."""
    path.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows))


def read_rows(paths: Iterable[Path]) -> Iterator[Row]:
    """Read the rows of several files."""
    for path in paths:
        for line in path.read_text().splitlines():
            yield Row(**json.loads(line))
