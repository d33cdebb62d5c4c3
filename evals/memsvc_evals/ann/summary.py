"""From measurements to figures: `SYSTEM/WHAT`, and ratios `FORM/WHAT_ratio/PEER` (ours over theirs)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from memsvc_evals.ann.measured import Duel, Measured, Point, Round
from memsvc_evals.ann.searching import K
from memsvc_evals.figures import Figure

__all__ = ["ann_figures", "quartiles", "ratios"]

_MIB = 2**20


def ann_figures(results: Mapping[str, Measured], duels: Sequence[Duel]) -> dict[str, Figure]:
    """Return all figures; a ratio of times is the median over the rounds of a duel."""
    figures: dict[str, Figure] = {}
    for name, measured in results.items():
        figures |= _own(name, measured)
    for duel in duels:
        figures |= _against(duel, results[duel.form], results[duel.peer])
    return figures


def _own(name: str, measured: Measured) -> dict[str, Figure]:
    figures = {
        f"{name}/build_wall": Figure(measured.built.wall, 1, unit="s"),
        f"{name}/build_cpu": Figure(measured.built.cpu, 1, unit="s"),
        f"{name}/build_peak": Figure(measured.built.peak_bytes / _MIB, 1, unit="MiB"),
        f"{name}/disk": Figure(measured.built.disk_bytes / _MIB, 1, unit="MiB"),
        f"{name}/anon": Figure(measured.anon_bytes / _MIB, 1, unit="MiB"),
        f"{name}/file": Figure(measured.file_bytes / _MIB, 1, unit="MiB"),
    }
    point = measured.at
    if point is not None:
        figures |= {f"{name}/recall@{k}": Figure(share, point.n) for k, share in sorted(point.recall.items())}
        figures |= {
            f"{name}/{what}": Figure(value, point.n, unit="us")
            for what, value in (("p50", point.p50), ("p99", point.p99), ("cpu", point.cpu))
        }
        cold = _cold_at(measured, point)
        if cold is not None:
            figures[f"{name}/cold_p50"] = Figure(cold.p50, cold.n, unit="us")
            figures[f"{name}/cold_read"] = Figure(cold.read_kib, cold.n, unit="KiB")
    if measured.held_recall is not None:
        figures[f"{name}/held_recall@{K}"] = Figure(measured.held_recall, 1)
    for count, rate in measured.qps.items():
        figures[f"{name}/qps@{count}"] = Figure(rate, 1, unit="1/s")
    return figures


def _cold_at(measured: Measured, point: Point) -> Point | None:
    return next((cold for cold in measured.cold if cold.params == point.params), None)


def _against(duel: Duel, ours: Measured, theirs: Measured) -> dict[str, Figure]:
    values = {
        "anon": (ours.anon_bytes, theirs.anon_bytes),
        "build_cpu": (ours.built.cpu, theirs.built.cpu),
        "disk": (ours.built.disk_bytes, theirs.built.disk_bytes),
    }
    figures = {
        f"{duel.form}/{what}_ratio/{duel.peer}": Figure(mine / other, 1, unit="ratio")
        for what, (mine, other) in values.items()
        if other > 0
    }
    for what, shares in ratios(duel).items():
        figures[f"{duel.form}/{what}_ratio/{duel.peer}"] = Figure(quartiles(shares)[1], len(shares), unit="ratio")
    margin = duel.ours.recall[K] - duel.theirs.recall[K]
    figures[f"{duel.form}/recall_margin/{duel.peer}"] = Figure(margin, duel.theirs.n)
    return figures


def ratios(duel: Duel) -> dict[str, list[float]]:
    """Return the ratio of each round, ours over theirs, by name: p50, cpu, cold, cold_read."""

    def each(rounds: Sequence[Round], ours: str, theirs: str) -> list[float]:
        pairs = [(getattr(one, ours), getattr(one, theirs)) for one in rounds]
        return [mine / other for mine, other in pairs if other > 0]

    found = {
        "p50": each(duel.warm, "ours", "theirs"),
        "cpu": each(duel.warm, "ours_cpu", "theirs_cpu"),
        "cold": each(duel.cold, "ours", "theirs"),
        "cold_read": each(duel.cold, "ours_kib", "theirs_kib"),
    }
    return {name: values for name, values in found.items() if values}


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper quartile."""
    low, middle, high = np.percentile(values, (25, 50, 75))
    return float(low), float(middle), float(high)
