"""Measure in-place updates of the paged form: recall of grown against bulk-built postings, and their cost.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python tools/measure_updates.py FOLDER [--notes 100000] [--replicas 2]

FOLDER has `x_f16.npy` (vectors) and `q_f16.npy` (questions). Recall@10 is the share of the exact ten nearest that
the nearest P postings by head code hold, so the rerank plays no part. Times are CPU microseconds on the
in-memory twin of the slab files, for one thread (the time of others that wait counts); an insert is charged with
one step of the background work, and what deletes leave to `finish` stands apart.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "stores")]

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import pack
from memsvc_stores.vectors.codes.resident import ResidentCodes
from memsvc_stores.vectors.layout import EMPTY, PAGE, SLOTS, block_bytes, row_bytes
from memsvc_stores.vectors.paged.build import build_paged, start_paged
from memsvc_stores.vectors.paged.updates import PagedUpdater, check_postings
from memsvc_stores.vectors.slabs.memory import MemoryDraft

PROBES = (64, 128, 224)
K = 10
NOTES = PAGE // 8


class Space:
    """Vectors in a draft, and the questions with their exact answers."""

    def __init__(self, folder: Path, notes: int) -> None:
        self.vectors = np.load(folder / "x_f16.npy")[:notes]
        self.queries = np.load(folder / "q_f16.npy").astype(np.float32)
        self.codec = Codec.of(self.vectors.shape[1])
        wide = self.vectors.astype(np.float32)
        self.codes = self.codec.encode(self.codec.rotate(wide))
        self.truth = np.concatenate(
            [np.argsort(-(some @ wide.T), axis=1)[:, :K] for some in np.array_split(self.queries, 20)]
        )

    def draft(self) -> MemoryDraft:
        draft = MemoryDraft(None)
        width = row_bytes(self.vectors.shape[1])
        rows = draft.create("rows", page_bytes=block_bytes(width), item_bytes=width)
        per_page = rows.page_bytes // width
        items = np.zeros((-(-len(self.vectors) // per_page) * per_page, width), np.uint8)
        items[: len(self.vectors), : 2 * self.vectors.shape[1]] = self.vectors.view(np.uint8)
        rows.extend(items.reshape(-1, rows.page_bytes))
        notes = np.full(-(-len(self.vectors) // NOTES) * NOTES, -1, "<i8")
        notes[: len(self.vectors)] = np.arange(len(self.vectors))
        draft.create("notes", page_bytes=PAGE, item_bytes=8).extend(notes.view(np.uint8).reshape(-1, PAGE))
        times = np.zeros((-(-len(self.vectors) * 16 // PAGE), PAGE), np.uint8)
        draft.create("times", page_bytes=PAGE, item_bytes=16).extend(times)
        return draft

    def report(self, name: str, draft: MemoryDraft) -> None:
        """Print recall, fill and replicas of the postings as they are."""
        count = draft.array("codes").count
        heads = ResidentCodes(self.codec, draft.array("heads").count)
        draft.array("heads").gather(np.arange(len(heads.pages)), heads.pages)
        everything = np.arange(len(self.vectors))
        notes = draft.array("notes").items(everything).view("<i8")[:, 0]
        places = np.empty((len(notes), 2), np.uint32)
        places[notes] = draft.array("places").items(everything).view(np.uint32)
        answers = np.where(places == EMPTY, -1, places // SLOTS)[self.truth]
        found = dict.fromkeys(PROBES, 0)
        for rotated, postings in zip(self.codec.rotate(self.queries), answers, strict=True):
            near, _ = heads.search(rotated, max(PROBES))
            for probes in PROBES:
                found[probes] += int(np.isin(postings, near[:probes]).any(axis=1).sum())
        used = int((places != EMPTY).sum())
        spare = draft.extent("spare").size // 4
        recall = " | ".join(f"{found[probes] / self.truth.size:.4f}" for probes in PROBES)
        fill, replicas = used / SLOTS / (count - spare), used / int((places[:, 0] != EMPTY).sum())
        problems = check_postings(draft, self.codec, np.arange(len(self.vectors)))
        print(
            f"| {name} | {recall} | {count - spare} | {fill:.3f} | {replicas:.3f} | {len(problems)} |", flush=True
        )


class Clock:
    """CPU microseconds of single operations."""

    def __init__(self) -> None:
        self.spent: list[float] = []

    def __enter__(self) -> None:
        self._start = time.process_time_ns()

    def __exit__(self, *_: object) -> None:
        self.spent.append((time.process_time_ns() - self._start) / 1e3)

    def summary(self, each: int = 1) -> str:
        spent: NDArray[np.float64] = np.array(self.spent) / each
        p50, p99 = np.percentile(spent, (50, 99))
        return f"mean {spent.mean():.1f}, p50 {p50:.1f}, p99 {p99:.0f}, worst {spent.max():.0f}"


def insert(space: Space, updater: PagedUpdater, rows: NDArray[np.intp]) -> str:
    clock = Clock()
    for row in rows:
        one = np.array([row])
        with clock:
            updater.insert(one, space.vectors[one], space.codes[one])
            updater.step()
    return f"insert: {clock.summary()} us"


def delete(updater: PagedUpdater, rows: NDArray[np.intp], together: int) -> str:
    clock = Clock()
    for start in range(0, len(rows), together):
        with clock:
            updater.delete(rows[start : start + together])
    return f"delete, {together} at once: {clock.summary(together)} us each"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--notes", type=int, default=100_000)
    parser.add_argument("--replicas", type=int, default=2, choices=(1, 2))
    options = parser.parse_args(arguments)
    space = Space(options.folder, options.notes)
    everything = np.arange(len(space.vectors))
    print("| postings | P=64 | P=128 | P=224 | postings | fill | replicas | problems |\n|-|-|-|-|-|-|-|-|")
    rebuilt = space.draft()
    flat = rebuilt.create("codes", page_bytes=space.codec.page_bytes, item_bytes=space.codec.page_bytes)
    padded = np.zeros((-(-len(space.codes) // SLOTS) * SLOTS, space.codec.code_bytes), np.uint8)
    padded[: len(space.codes)] = space.codes
    flat.extend(pack(padded))
    build_paged(rebuilt, space.codec, living=everything, rows=len(everything))
    space.report("built in bulk", rebuilt)
    costs = measure(space, everything, options.replicas)
    print("\n" + "\n".join(costs))
    return 0


def measure(space: Space, everything: NDArray[np.intp], replicas: int) -> list[str]:
    """Grow, halve, fill again and churn; return the costs."""
    draft = space.draft()
    start_paged(draft, space.codec)
    updater = PagedUpdater(draft, space.codec, replicas=replicas)
    costs = ["growth: " + insert(space, updater, everything)]
    updater.finish()
    space.report("grown singly", draft)
    rng = np.random.default_rng(3)
    half = rng.permutation(everything)[: len(everything) // 2]
    costs += [delete(updater, half[::2], 1), delete(updater, half[1::2], 1000)]
    rest = Clock()
    with rest:
        updater.finish()
    costs.append(f"merging and erasing after it: {rest.summary(len(half))} us per deleted row")
    costs.append("again: " + insert(space, updater, half))
    updater.finish()
    space.report("50 % deleted and inserted again", draft)
    churned = rng.permutation(everything)[: len(everything) // 5]
    updater.delete(churned)
    costs.append("churn: " + insert(space, updater, churned))
    updater.finish()
    space.report("after 20 % churn", draft)
    return costs


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
