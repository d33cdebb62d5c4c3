"""A report file of a benchmark, as pages are made from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput
from memsvc_evals.figures import FORMAT, Figure
from memsvc_evals.reporting.page import Section, Table, Text

__all__ = ["Document", "cell", "costs", "facts", "interval", "read_document"]


@dataclass(frozen=True, slots=True)
class Document:
    """The parts of a report file; see `write_report`."""

    benchmark: str
    config: Mapping[str, Any]
    data: Mapping[str, Any]
    code: Mapping[str, Any]
    figures: Mapping[str, Figure]
    report: Mapping[str, Any]

    @property
    def questions(self) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = self.report["questions"]
        return found


def read_document(path: Path) -> Document:
    """Read a report file; raises InvalidInput for what is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']!r}, not {FORMAT!r}")
        parts = {name: data[name] for name in ("benchmark", "config", "data", "code", "report")}
        figures = {name: _figure(figure) for name, figure in data["figures"].items()}
    except KeyError as error:
        raise InvalidInput(f"{path} is no report of a benchmark: {error} is missing") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{path} is no report of a benchmark: {error}") from error
    return Document(figures=figures, **parts)


def _figure(data: Mapping[str, Any]) -> Figure:
    ends = data["ci95"]
    return Figure(data["value"], data["n"], None if ends is None else (ends[0], ends[1]), data["unit"])


def facts(document: Document) -> Section:
    """Return what was measured: data, code and configuration, and a warning for half a run."""
    rows = [
        ("data", str(document.data.get("name", ""))),
        ("sha256 of the data", str(document.data.get("sha256", ""))),
        ("questions in the file", str(document.data.get("questions", ""))),
        ("questions in this run", str(len(document.questions))),
        *((f"code: {name}", str(value)) for name, value in document.code.items()),
        *((name, _shown(value)) for name, value in document.config.items()),
    ]
    incomplete = document.report.get("incomplete")
    warning = [Text(f"Incomplete: the run ended early ({incomplete}).", warning=True)] if incomplete else []
    return Section("What was measured", [*warning, Table(("", "value"), rows)])


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return str(value)


def cell(figure: Figure | None) -> str:
    return "-" if figure is None else f"{figure.value:.4f}"


def interval(figure: Figure | None) -> str:
    return "-" if figure is None or figure.ci95 is None else f"{figure.ci95[0]:.3f}-{figure.ci95[1]:.3f}"


def costs(figures: Mapping[str, Figure], names: Iterable[str]) -> Table:
    """Return a table of figures that are no fractions, such as latencies and counts."""
    rows = [
        (name, f"{f.value:,.2f}".removesuffix(".00"), f.unit, str(f.n))
        for name in names
        if (f := figures.get(name))
    ]
    return Table(("figure", "value", "unit", "n"), rows)
