"""Monte Carlo of queries over shards: memory work from measured samples, reads from a device with a queue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.scale.forms import CLASSIC, FLAT, Form
from tools.scale.parts import PAGES, SCANNED, Parts, Samples

__all__ = ["Device", "Layout", "simulate"]

# Above so many heads they are searched through heads of their own, 64 to a page.
FLAT_HEADS = 200_000
HEADS_PER_PAGE = 40


@dataclass(frozen=True, slots=True)
class Device:
    """A disk: 4 KiB reads per second, bytes per second, seconds of one read alone (None: as measured here)."""

    name: str
    iops: float
    bytes_per_second: float
    alone: float | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Notes over shards; a query goes to one shard (its tenant's) or to all. `hit` is the page cache's share."""

    notes: float
    shards: int
    every_shard: bool
    hit: float

    @property
    def per_shard(self) -> float:
        return self.notes / self.shards


def simulate(
    form: Form,
    parts: Parts,
    device: Device,
    layout: Layout,
    *,
    notes_searched: float,
    load: float,
    queries: int,
    rng: np.random.Generator,
) -> Samples:
    """Return the seconds of queries whose shard's device is busy a share `load` of the time.

    `notes_searched` are the notes of the namespace on one shard. A query ends with its slowest shard.
    """
    width = layout.shards if layout.every_shard else 1
    shape = (queries, width)
    took = _memory(form, parts, notes_searched, shape, rng)
    for count, pages in form.query.rounds:
        misses = rng.binomial(count, 1 - layout.hit, shape)
        each = max(1 / device.iops, 4096 * pages / device.bytes_per_second)
        service = np.asarray(misses * each, np.float64)
        took += _waits(service, load, rng) + service + (misses > 0) * _alone(device, parts, shape, rng)
    slowest: Samples = took.max(axis=1)
    return slowest


def _memory(form: Form, parts: Parts, notes: float, shape: tuple[int, int], rng: np.random.Generator) -> Samples:
    """Sample the time of scans and scores."""
    took: Samples = rng.choice(parts.rotate, shape) + rng.choice(parts.rows, shape)
    if form is CLASSIC:
        # A graph search grows with the logarithm of the heads.
        return took + _grown(parts.graph, max(1.0, np.log2(notes) / np.log2(100_000)), shape, rng)
    scanned = form.query.scanned * notes
    if form is not FLAT:
        took += _grown(parts.pages, form.query.postings / PAGES, shape, rng)
        if scanned > FLAT_HEADS:
            scanned /= HEADS_PER_PAGE
            took += rng.choice(parts.pages, shape)
    return took + _grown(parts.scan, scanned / SCANNED, shape, rng)


def _grown(samples: Samples, times: float, shape: tuple[int, int], rng: np.random.Generator) -> Samples:
    """Sample work that is so many times the measured one: what disturbs it does not grow with it."""
    median = float(np.median(samples))
    sampled: Samples = rng.choice(samples, shape) + median * (times - 1)
    return np.maximum(0, sampled)


def _waits(service: Samples, load: float, rng: np.random.Generator) -> Samples:
    """Sample how long a round waits for others: one queue per shard, Poisson arrivals."""
    if load <= 0 or not service.any():
        return np.zeros_like(service)
    between = rng.exponential(service.mean() / load, service.shape)
    waits = np.zeros_like(service)
    for number in range(1, len(service)):
        backlog = waits[number - 1] + service[number - 1] - between[number]
        waits[number] = np.maximum(0, backlog)
    return waits


def _alone(device: Device, parts: Parts, shape: tuple[int, int], rng: np.random.Generator) -> Samples:
    """Sample the time of one read on an idle device; another device has this one's spread."""
    scale = 1.0 if device.alone is None else device.alone / float(np.median(parts.read))
    sampled: Samples = rng.choice(parts.read, shape) * scale
    return sampled
