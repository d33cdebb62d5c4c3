"""`memsvc eval compare`: from two reports to printed and written differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from memsvc.errors import InvalidInput
from memsvc_evals.clear_errors import clear_errors
from memsvc_evals.compare.paired import ALL, Difference, Pair, changed, differences
from memsvc_evals.compare.printed import print_comparison
from memsvc_evals.compare.reading import MAIN_FIGURES, ScoredReport, read_scored, require_fit
from memsvc_evals.figures import Figure, check_folder, write_report
from memsvc_evals.provenance import code_revision
from memsvc_evals.terminal import report_console

__all__ = ["compare"]


def compare(
    first: Annotated[Path, typer.Argument(help="Report A of `longmemeval` or `locomo` (--json).")],
    second: Annotated[Path, typer.Argument(help="Report B, of the same questions of the same file.")],
    figure: Annotated[
        str | None, typer.Option(help="Figure to show by type; for example session/strict/recall_all@10.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Report file with the figures.")] = None,
) -> None:
    """Test two reports against each other, question by question: B - A, by type, won and lost."""
    with clear_errors():
        check_folder(json_file)
        ours, theirs = read_scored(first), read_scored(second)
        require_fit(ours, theirs)
        found = differences(ours, theirs)
        chosen = figure or MAIN_FIGURES[ours.benchmark]
        names = sorted({difference.figure for difference in found})
        if chosen not in names:
            raise InvalidInput(f"--figure {chosen}: the reports have {', '.join(names) or 'no figure in common'}")
        changes = changed(ours, theirs, chosen)
        print_comparison(report_console(), ours, theirs, found, figure=chosen, changes=changes)
        if json_file:
            _write(json_file, ours, theirs, found, figure=chosen, changes=changes)


def _write(
    path: Path,
    first: ScoredReport,
    second: ScoredReport,
    found: Sequence[Difference],
    *,
    figure: str,
    changes: tuple[Sequence[Pair], Sequence[Pair]],
) -> None:
    write_report(
        path,
        benchmark="compare",
        config={"benchmark": first.benchmark, "a": _side(first), "b": _side(second)},
        data={"sha256": first.sha256, "questions": len(first.questions)},
        code=code_revision(),
        figures={f"delta/{d.figure}": Figure(d.delta, d.n, d.ci95) for d in found if d.group == ALL},
        report={
            "differences": [asdict(difference) for difference in found],
            "changed": {
                "figure": figure,
                "won": [_moved(pair, figure) for pair in changes[0]],
                "lost": [_moved(pair, figure) for pair in changes[1]],
            },
        },
    )


def _side(report: ScoredReport) -> dict[str, Any]:
    return {"name": report.name, "config": report.config, "code": report.code}


def _moved(pair: Pair, figure: str) -> dict[str, Any]:
    before, after = pair
    values = {"a": before.values[figure], "b": after.values[figure]}
    return {"question_id": before.id, "group": before.group} | values
