"""The folder of a report: one HTML file, and Markdown with its plots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from memsvc.errors import InvalidInput
from memsvc_evals.figures import write_report
from memsvc_evals.reporting.document import Document
from memsvc_evals.reporting.html import to_html
from memsvc_evals.reporting.judged import JudgedRun
from memsvc_evals.reporting.locomo import locomo_page
from memsvc_evals.reporting.longmemeval import longmemeval_page
from memsvc_evals.reporting.markdown import to_markdown
from memsvc_evals.reporting.page import Page
from memsvc_evals.reporting.redteam import redteam_page

__all__ = ["check_report_folder", "write_document", "write_pages"]

HTML, MARKDOWN = "report.html", "report.md"


def check_report_folder(folder: Path | None) -> None:
    """Make the folder; raises InvalidInput when that cannot be done, so that nothing is measured in vain."""
    if folder is not None:
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise InvalidInput(f"cannot write a report into {folder}: {error.strerror or error}") from error


def write_document(document: Document, *, json: Path | None, folder: Path | None) -> None:
    """Write what a benchmark was asked for: the report file, the page, both or none."""
    if json:
        write_report(
            json,
            benchmark=document.benchmark,
            config=document.config,
            data=document.data,
            code=document.code,
            figures=document.figures,
            report=document.report,
        )
    if folder:
        write_pages(folder, document)


def write_pages(folder: Path, document: Document, judged: Sequence[JudgedRun] = ()) -> None:
    """Write report.html, report.md and the plots; raises InvalidInput for a benchmark that has no page."""
    pages: Mapping[str, Callable[[], Page]] = {
        "longmemeval": lambda: longmemeval_page(document, judged),
        "locomo": lambda: locomo_page(document),
        "redteam": lambda: redteam_page(document),
    }
    if document.benchmark not in pages:
        raise InvalidInput(
            f"there is no page for reports of {document.benchmark}; there is for {', '.join(pages)}"
        )
    page = pages[document.benchmark]()
    files = {
        HTML: to_html(page),
        MARKDOWN: to_markdown(page),
        **{f"{plot.name}.svg": plot.svg for plot in page.plots},
    }
    check_report_folder(folder)
    try:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"cannot write a report into {folder}: {error.strerror or error}") from error
