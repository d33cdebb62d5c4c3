"""Figures with stable names, and the report file that every benchmark writes."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput

__all__ = ["FORMAT", "Figure", "check_folder", "percentile_ms", "write_report"]

FORMAT = "memsvc-eval/1"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number over n observations; `ci95` is None where no interval is made."""

    value: float
    n: int
    ci95: tuple[float, float] | None = None
    unit: str = "fraction"


def percentile_ms(seconds: list[float], percent: float) -> float:
    """Return a percentile of durations in milliseconds (nearest rank); 0 for none."""
    if not seconds:
        return 0.0
    ordered = sorted(seconds)
    return 1000 * ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def check_folder(path: Path | None) -> None:
    """Raise InvalidInput when the folder of a file to write is missing."""
    if path is not None and not path.absolute().parent.is_dir():
        raise InvalidInput(f"cannot write {path}: there is no folder {path.absolute().parent}")


def write_report(
    path: Path,
    *,
    benchmark: str,
    config: Mapping[str, Any],
    data: Mapping[str, Any],
    code: Mapping[str, Any],
    figures: Mapping[str, Figure],
    report: Mapping[str, Any],
) -> None:
    """Write one JSON file whole or not at all: figures, what they were measured on, and the full report."""
    document = {
        "format": FORMAT,
        "benchmark": benchmark,
        "config": config,
        "data": data,
        "code": code,
        "figures": {name: asdict(figure) for name, figure in figures.items()},
        "report": report,
    }
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        raise InvalidInput(f"cannot write {path}: {error.strerror or error}") from error
