"""The tables of a run: before and after side by side, for the terminal and for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memsvc_evals.figures import Figure

__all__ = ["TableRows", "attack_tables", "harmless_table", "interval_of"]

_GROUPS = (
    ("optimised", "optimised triggers, trusted origin, question unlabelled (worst case)"),
    ("untrusted", "untrusted origin, trigger in an untrusted span"),
    ("trusted", "the same from a trusted origin, question unlabelled"),
    ("worst/optimised", "the best optimised family"),
    ("worst/untrusted", "the best untrusted family"),
    ("evasion", "an attacker who knows the detectors"),
)
_METRICS = (("asr_r@1", "first"), ("any@5", "any@5"), ("influence_asr", "influence"))


@dataclass(frozen=True, slots=True)
class TableRows:
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def attack_tables(figures: Mapping[str, Figure], *, guard: str) -> list[TableRows]:
    """Return attacks by group and by family, each cell without the guard -> with it."""
    columns = ("attack", "victims", *(part for _, name in _METRICS for part in (name, "interval")))
    tables = [
        TableRows(title, columns, [_row(figures, *names) for names in rows])
        for title, rows in (
            (f"Attacks without the guard -> with it ({guard})", _groups(figures)),
            ("By family", _families(figures)),
        )
    ]
    return [table for table in tables if table.rows]


def harmless_table(figures: Mapping[str, Figure]) -> TableRows | None:
    """Return which harmless notes were flagged, by class; None without a guard."""
    names = [name.removeprefix("fpr/") for name in figures if name.startswith("fpr/")]
    if not names:
        return None
    rows = []
    for name in names:
        flagged, limited = figures[f"fpr/{name}"], figures[f"limited/{name}"]
        rows.append((name, str(flagged.n), f"{flagged.value:.4f}", interval_of(flagged), f"{limited.value:.4f}"))
    columns = ("class", "n", "hidden or refused", "interval", "evidence only")
    return TableRows("Harmless notes (95 % Clopper-Pearson)", columns, rows)


def interval_of(figure: Figure | None) -> str:
    return "" if figure is None or figure.ci95 is None else f"{figure.ci95[0]:.3f}-{figure.ci95[1]:.3f}"


def _groups(figures: Mapping[str, Figure]) -> list[tuple[str, str, str]]:
    """Return (label, name with the guard, name without it)."""
    found = []
    for name, label in _GROUPS:
        before = "untrusted" if name == "trusted" else name
        if any(figure.startswith((f"{name}/", f"baseline/{name}/")) for figure in figures):
            found.append((label, name, f"baseline/{before}"))
    return found


def _families(figures: Mapping[str, Figure]) -> list[tuple[str, str, str]]:
    names = {name.split("/")[-2] for name in figures if name.startswith(("family/", "baseline/family/"))}
    trusted = {name.split("/")[-2] for name in figures if name.startswith("trusted_family/")}
    rows = [(name, f"family/{name}", f"baseline/family/{name}") for name in sorted(names)]
    rows += [(f"{name}, trusted", f"trusted_family/{name}", f"baseline/family/{name}") for name in sorted(trusted)]
    return rows


def _row(figures: Mapping[str, Figure], label: str, name: str, before: str) -> tuple[str, ...]:
    shown = figures.get(f"{name}/any@5") or figures.get(f"{before}/any@5")
    cells: list[str] = []
    for metric, _ in _METRICS:
        on, off = figures.get(f"{name}/{metric}"), figures.get(f"{before}/{metric}")
        cells += [f"{_value(off)} -> {_value(on)}", interval_of(on)]
    return (label, "" if shown is None else str(shown.n), *cells)


def _value(figure: Figure | None) -> str:
    return "-" if figure is None else f"{figure.value:.3f}"
