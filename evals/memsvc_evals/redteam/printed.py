"""The tables that a run prints: before and after side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from memsvc_evals.figures import Figure

__all__ = ["print_summary"]

_GROUPS = (
    ("optimised", "optimised triggers, trusted origin, question unlabelled (worst case)"),
    ("untrusted", "untrusted origin, trigger in an untrusted span"),
    ("trusted", "the same from a trusted origin, question unlabelled"),
    ("worst/optimised", "the best optimised family"),
    ("worst/untrusted", "the best untrusted family"),
    ("evasion", "an attacker who knows the detectors"),
)
_COLUMNS = (("asr_r@1", "first"), ("any@5", "any@5"), ("influence_asr", "influence"))


def print_summary(console: Console, figures: Mapping[str, Figure], *, guard: str) -> None:
    """Print attacks by group and by family, false positives, the benign loss and the costs."""
    _attacks(console, figures, f"Attacks without the guard -> with it ({guard})", _groups(figures))
    _attacks(console, figures, "By family", _families(figures))
    _harmless(console, figures)
    for name in ("baseline/benign/hit@5", "benign/hit@5", "benign_loss/hit@5"):
        if figure := figures.get(name):
            console.print(f"{name}: {figure.value:.4f} {_interval(figure)} (n={figure.n})")
    for name, figure in figures.items():
        if name.startswith(("latency/", "count/", "exposed/")):
            console.print(f"{name}: {figure.value:.3f} {figure.unit} {_interval(figure)} (n={figure.n})")


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
    rows = [(name, f"family/{name}", f"baseline/family/{name}") for name in sorted(names)]
    trusted = {name.split("/")[-2] for name in figures if name.startswith("trusted_family/")}
    return rows + [
        (f"{name}, trusted", f"trusted_family/{name}", f"baseline/family/{name}") for name in sorted(trusted)
    ]


def _attacks(
    console: Console, figures: Mapping[str, Figure], title: str, rows: Sequence[tuple[str, str, str]]
) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1))
    table.add_column("attack")
    table.add_column("n", no_wrap=True)
    for _, heading in _COLUMNS:
        table.add_column(heading, no_wrap=True)
        table.add_column("interval", no_wrap=True)
    for label, name, before in rows:
        cells = []
        for metric, _ in _COLUMNS:
            on, off = figures.get(f"{name}/{metric}"), figures.get(f"{before}/{metric}")
            cells += [f"{_value(off)} -> {_value(on)}", "" if on is None else _interval(on)]
        shown = figures.get(f"{name}/any@5") or figures.get(f"{before}/any@5")
        table.add_row(label, "" if shown is None else str(shown.n), *cells)
    console.print(table)


def _harmless(console: Console, figures: Mapping[str, Figure]) -> None:
    names = [name for name in figures if name.startswith("fpr/")]
    if not names:
        return
    table = Table(
        title="Harmless notes (95 % Clopper-Pearson)", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1)
    )
    for column in ("class", "n", "hidden or refused", "interval", "evidence only"):
        table.add_column(column, no_wrap=True)
    for name in names:
        flagged, limited = figures[name], figures[name.replace("fpr/", "limited/")]
        table.add_row(
            name.removeprefix("fpr/"),
            str(flagged.n),
            f"{flagged.value:.4f}",
            _interval(flagged),
            f"{limited.value:.4f}",
        )
    console.print(table)


def _value(figure: Figure | None) -> str:
    return "-" if figure is None else f"{figure.value:.3f}"


def _interval(figure: Figure) -> str:
    return "" if figure.ci95 is None else f"{figure.ci95[0]:.3f}-{figure.ci95[1]:.3f}"
