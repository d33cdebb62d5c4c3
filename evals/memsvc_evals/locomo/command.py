"""`memsvc eval locomo`: from options to a printed and a written report."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from memsvc.domain.recall import Mode
from memsvc_evals.ann.data.sources import plain_file
from memsvc_evals.clear_errors import clear_errors
from memsvc_evals.figures import check_folder, write_report
from memsvc_evals.locomo.printed import print_summary
from memsvc_evals.locomo.run import count_questions, run_conversations
from memsvc_evals.locomo.summary import full_report, recall_figures, timing_figures
from memsvc_evals.longmemeval.opening import EmbedderName
from memsvc_evals.provenance import DataFile, code_revision
from memsvc_evals.terminal import progress_bar, report_console

__all__ = ["LocomoRetriever", "locomo"]


class LocomoRetriever(StrEnum):
    LEXICAL = "lexical"
    DENSE = "dense"
    HYBRID = "hybrid"


def locomo(
    file: Annotated[Path, typer.Argument(help="LoCoMo file, official JSON, or that packed by zstd (.zst).")],
    retriever: Annotated[LocomoRetriever, typer.Option(help="What ranks.")] = LocomoRetriever.HYBRID,
    embedder: Annotated[EmbedderName, typer.Option(help="Embedder of the service.")] = EmbedderName.ONNX,
    limit: Annotated[int | None, typer.Option(min=1, help="So many questions only.")] = None,
    cache: Annotated[Path | None, typer.Option(help="SQLite file that keeps embeddings between runs.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Report file with the figures.")] = None,
) -> None:
    """Recall the evidence of each question about a LoCoMo conversation and print the fraction found."""
    with clear_errors():
        check_folder(json_file)
        with plain_file(file) as plain:
            data = _inspect(file, plain)
            _run(plain, data, report_console(), retriever, embedder, limit=limit, cache=cache, json=json_file)


def _inspect(file: Path, plain: Path) -> DataFile:
    """Check the whole file before anything is embedded; the digest is that of the unpacked bytes."""
    questions = count_questions(plain)
    with plain.open("rb") as opened:
        return DataFile(file.name, hashlib.file_digest(opened, "sha256").hexdigest(), questions)


def _run(
    plain: Path,
    data: DataFile,
    console: Console,
    retriever: LocomoRetriever,
    embedder: EmbedderName,
    *,
    limit: int | None,
    cache: Path | None,
    json: Path | None,
) -> None:
    # Here and not at the top: the service needs libraries that the other commands do not.
    from memsvc_evals.locomo.in_process import open_conversations

    total = data.questions if limit is None else min(limit, data.questions)
    with (
        open_conversations(Mode(retriever.value), embedder=embedder.value, cache=cache) as conversations,
        progress_bar("questions", total) as advance,
    ):
        runs = run_conversations(plain, conversations, limit=limit, on_question=advance)
        config = dict(conversations.config) | {"limit": limit}
    figures = recall_figures(runs) | timing_figures(runs)
    print_summary(console, figures)
    if json:
        write_report(
            json,
            benchmark="locomo",
            config=config,
            data=asdict(data),
            code=code_revision(),
            figures=figures,
            report=full_report(runs),
        )
