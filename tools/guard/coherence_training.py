"""Fit the head that tells, of each token of a text, whether its words belong there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from coherence_network import Network
from numpy.typing import NDArray
from planted_words import Marked

from memsvc.guard.coherence import CONTEXT, Head
from memsvc.ports.token_states import TokenReader, TokenStates

__all__ = ["fit"]

_EPOCHS = 4
_RATE = 2e-3
_DECAY = 0.02
_POSITIVE_WEIGHT = 2.0
_TOKENS_PER_STEP = 6_000
_HELD_OUT = 0.05

Batch = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]


def fit(texts: Sequence[Marked], reader: TokenReader) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of a head; prints how well it does on texts held out. Takes a quarter of an hour."""
    with TemporaryDirectory() as folder:
        kept = _Kept.of(texts, reader, Path(folder) / "states.npy")
        return _fit(kept)


class _Kept:
    """The states of all texts as half floats in a file, with where each text begins."""

    def __init__(self, states: NDArray[np.float16], planted: NDArray[np.bool_], starts: NDArray[np.int64]) -> None:
        self.states, self.planted, self.starts = states, planted, starts

    @classmethod
    def of(cls, texts: Sequence[Marked], reader: TokenReader, path: Path) -> _Kept:
        planted: list[NDArray[np.bool_]] = []
        width = 0
        with path.open("wb") as file:
            for text in texts:
                (read,) = reader.read([text.text])
                width = read.states.shape[1] or width
                file.write(read.states.astype(np.float16).tobytes())
                planted.append(_planted(text, read))
        lengths = [len(each) for each in planted]
        states = np.memmap(path, np.float16, "r", shape=(sum(lengths), width))
        return cls(states, np.concatenate(planted), np.concatenate(([0], np.cumsum(lengths))))

    def steps(self, first: int, last: int) -> list[tuple[int, int]]:
        """Return ranges of texts of about 6,000 tokens each."""
        found, start = [], first
        for text in range(first, last):
            if self.starts[text + 1] - self.starts[start] >= _TOKENS_PER_STEP or text == last - 1:
                found.append((start, text + 1))
                start = text + 1
        return found

    def batch(self, first: int, last: int) -> Batch:
        """Return states, what was planted, and which rows are only there to keep texts apart."""
        places: list[int] = []
        for text in range(first, last):
            places += [-1] * (CONTEXT // 2)
            places += range(self.starts[text], self.starts[text + 1])
        rows = np.array(places)
        apart = rows < 0
        rows[apart] = 0
        low, high = int(self.starts[first]), int(self.starts[last])
        states = np.asarray(self.states[low:high], np.float32)[np.maximum(rows - low, 0)]
        return states, (self.planted[rows] & ~apart).astype(np.float32), apart


def _planted(text: Marked, read: TokenStates) -> NDArray[np.bool_]:
    return np.array(
        [any(start < last and end > first for first, last in text.planted) for start, end in read.ranges], np.bool_
    )


def _fit(kept: _Kept) -> dict[str, NDArray[np.generic]]:
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    torch.manual_seed(0)
    count = len(kept.starts) - 1
    learned = int(count * (1 - _HELD_OUT))
    sample = np.asarray(kept.states[:: max(1, len(kept.states) // 40_000)], np.float32)
    mean, spread = sample.mean(axis=0), sample.std(axis=0) + 1e-3
    network = Network(kept.states.shape[1])

    def logits(batch: Batch) -> torch.Tensor:
        apart = torch.from_numpy(batch[2])
        found: torch.Tensor = network.logits(torch.from_numpy((batch[0] - mean) / spread), apart)[~apart]
        return found

    steps = kept.steps(0, learned)
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    rng, done = random.Random(1), 0
    for _ in range(_EPOCHS):
        rng.shuffle(steps)
        for step in steps:
            done += 1
            for group in optimiser.param_groups:
                group["lr"] = _RATE * max(0.02, 1 - done / (_EPOCHS * len(steps)))
            batch = kept.batch(*step)
            wanted = torch.from_numpy(batch[1][~batch[2]])
            loss = binary_cross_entropy_with_logits(
                logits(batch), wanted, pos_weight=torch.tensor(_POSITIVE_WEIGHT)
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    arrays = {name: _halved(values) for name, values in network.arrays(mean, spread).items()}
    _print_held_out(Head.of(arrays), kept, learned)
    return arrays


def _halved(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return what half floats keep of the numbers; the zero bytes that are left take no room in the file."""
    return values.astype(np.float16).astype(np.float32)


def _print_held_out(head: Head, kept: _Kept, learned: int) -> None:
    """Print how well the head, as the guard computes it, does on the texts after those that were learned from."""
    from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

    texts = zip(kept.starts[learned:-1].tolist(), kept.starts[learned + 1 :].tolist(), strict=True)
    scores = [
        head.logits(np.asarray(kept.states[first:last], np.float32)) for first, last in texts if last > first
    ]
    planted = kept.planted[kept.starts[learned] :]
    area = roc_auc_score(planted, np.concatenate(scores))
    print(f"coherence: area under the ROC curve {area:.4f}, of {len(planted)} tokens held out")
