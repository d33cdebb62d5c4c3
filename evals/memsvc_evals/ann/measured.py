"""What was measured of one system, and of two in turns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from memsvc_evals.ann.system import Params

__all__ = ["Built", "Duel", "Measured", "Point", "Round", "Samples"]


@dataclass(slots=True)
class Samples:
    """Searches at one setting: the number of each query, what it found, and what it cost."""

    queries: list[int] = field(default_factory=list)
    found: list[list[int]] = field(default_factory=list)
    us: list[float] = field(default_factory=list)
    read_bytes: list[int] = field(default_factory=list)
    cpu_seconds: float = 0.0

    def percentile(self, percent: float) -> float:
        """Return microseconds."""
        return float(np.percentile(self.us, percent))

    @property
    def cpu_us(self) -> float:
        return 1e6 * self.cpu_seconds / len(self.us)


@dataclass(frozen=True, slots=True)
class Point:
    """A setting on a curve: recall@1, @10 and @20 where measured, microseconds, and KiB read per query."""

    params: Params
    recall: dict[int, float]
    n: int
    p50: float
    p99: float
    cpu: float
    read_kib: float = 0.0


@dataclass(frozen=True, slots=True)
class Built:
    wall: float
    cpu: float
    disk_bytes: int
    peak_bytes: int


@dataclass(slots=True)
class Measured:
    """A system: its curves warm and cold, the point of comparison, memory, and queries per second by processes."""

    built: Built
    warm: list[Point] = field(default_factory=list)
    cold: list[Point] = field(default_factory=list)
    at: Point | None = None
    held_recall: float | None = None
    anon_bytes: int = 0
    file_bytes: int = 0
    qps: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Round:
    """One round's median wall and mean CPU microseconds of ours and theirs, and KiB read."""

    ours: float
    theirs: float
    ours_cpu: float
    theirs_cpu: float
    ours_kib: float = 0.0
    theirs_kib: float = 0.0


@dataclass(slots=True)
class Duel:
    """One of our forms against a peer, both at fixed settings; ours has their recall or more, if it can."""

    form: str
    peer: str
    ours: Point
    theirs: Point
    warm: list[Round] = field(default_factory=list)
    cold: list[Round] = field(default_factory=list)
