"""`memsvc eval report`: a written report as a page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from memsvc.errors import InvalidInput
from memsvc_evals.clear_errors import clear_errors
from memsvc_evals.reporting.document import read_document
from memsvc_evals.reporting.judged import read_judged_run
from memsvc_evals.reporting.writing import write_pages

__all__ = ["report"]


def report(
    file: Annotated[Path, typer.Argument(help="Report file of `longmemeval`, `locomo` or `redteam` (--json).")],
    folder: Annotated[Path, typer.Argument(help="Folder for report.html, report.md and the plots.")],
    judged: Annotated[
        list[Path] | None,
        typer.Option(help="Judge's results, <hypotheses>.eval-results-<judge>; each with --judged."),
    ] = None,
) -> None:
    """Write a report file as one HTML page and as Markdown with plots."""
    with clear_errors():
        document = read_document(file)
        if judged and document.benchmark != "longmemeval":
            raise InvalidInput(f"--judged: answers to {document.benchmark} are not judged")
        write_pages(folder, document, [read_judged_run(path) for path in judged or ()])
