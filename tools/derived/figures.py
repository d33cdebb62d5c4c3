"""Figures of a run with their targets, and the watch that takes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import numpy as np

from tools.derived.vectors import EmbedderDouble

__all__ = ["Figures", "Watch"]

_T = TypeVar("_T")


class Watch:
    """Takes wall seconds and CPU seconds of this process, without those of the embedder."""

    def __init__(self, embedder: EmbedderDouble) -> None:
        self._embedder = embedder
        self.wall = self.cpu = 0.0

    def __enter__(self) -> Watch:
        self._wall = time.perf_counter() - self._embedder.wall
        self._cpu = time.process_time() - self._embedder.cpu
        return self

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter() - self._embedder.wall - self._wall
        self.cpu += time.process_time() - self._embedder.cpu - self._cpu

    def add(self, other: Watch) -> None:
        self.wall += other.wall
        self.cpu += other.cpu


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    value: str
    cpu: str
    target: str
    figures: dict[str, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """The rows of the table, printed as they come."""

    embedder: EmbedderDouble
    rows: list[_Row] = field(default_factory=list)

    def rate(self, name: str, watch: Watch, notes: int, *, target: str = "") -> None:
        """Add how many notes a second were done, by the clock and by the CPU time that they took."""
        wall, cpu = notes / max(watch.wall, 1e-9), notes / max(watch.cpu, 1e-9)
        self._add(name, f"{wall:,.0f}/s", f"{cpu:,.0f}/s", target, {"per_s": wall, "cpu_per_s": cpu, "n": notes})

    def times(
        self, name: str, call: Callable[[_T], object], over: Sequence[_T], *, target: str = ""
    ) -> tuple[list[float], list[float]]:
        """Call it once for each and add p50 and p99; return all milliseconds, wall and CPU."""
        walls, cpus = [], []
        for each in over:
            with Watch(self.embedder) as watch:
                call(each)
            walls.append(1000 * watch.wall)
            cpus.append(1000 * watch.cpu)
        self.spread(name, walls, cpus, target=target)
        return walls, cpus

    def spread(self, name: str, walls: Sequence[float], cpus: Sequence[float], *, target: str = "") -> None:
        """Add p50 and p99 of milliseconds that were taken elsewhere."""
        (p50, p99), (cpu50, cpu99) = np.percentile(walls, (50, 99)), np.percentile(cpus, (50, 99))
        taken = {"p50_ms": p50, "p99_ms": p99, "cpu_p50_ms": cpu50, "cpu_p99_ms": cpu99, "n": len(walls)}
        self._add(name, f"{p50:.2f} / {p99:.2f} ms", f"{cpu50:.2f} / {cpu99:.2f} ms", target, taken)

    def count(self, name: str, number: float) -> None:
        self._add(name, f"{number:,.0f}", "", "", {"count": number})

    def _add(self, name: str, value: str, cpu: str, target: str, figures: dict[str, float]) -> None:
        if not self.rows:
            print("| what | by the clock | by CPU time | target |\n|---|---|---|---|")
        self.rows.append(_Row(name, value, cpu, target, {key: float(each) for key, each in figures.items()}))
        print(f"| {name} | {value} | {cpu} | {target} |", flush=True)

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(row) for row in self.rows]
