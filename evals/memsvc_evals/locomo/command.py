"""`memsvc eval locomo`: from options to a printed and a written report."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from memsvc.domain.recall import Mode
from memsvc_evals.ann.data.sources import plain_file
from memsvc_evals.clear_errors import clear_errors
from memsvc_evals.figures import check_folder
from memsvc_evals.locomo.printed import print_summary
from memsvc_evals.locomo.run import count_questions, run_conversations
from memsvc_evals.locomo.summary import full_report, recall_figures, timing_figures
from memsvc_evals.locomo.thoughts import Thoughts
from memsvc_evals.provenance import DataFile, code_revision, machine
from memsvc_evals.reporting.document import Document
from memsvc_evals.reporting.writing import check_report_folder, write_document
from memsvc_evals.service_options import (
    FusionOption,
    GuardOption,
    KeysOption,
    LinksOption,
    ServiceOptions,
    TimeOption,
)
from memsvc_evals.terminal import progress_bar, report_console

__all__ = ["LocomoEmbedder", "LocomoRetriever", "locomo"]


class LocomoRetriever(StrEnum):
    LEXICAL = "lexical"
    DENSE = "dense"
    HYBRID = "hybrid"
    TIM = "tim"
    AMEM = "amem"


class LocomoEmbedder(StrEnum):
    ONNX = "onnx"
    HASHING = "hashing"
    WORDLLAMA = "wordllama"


@dataclass(frozen=True, slots=True)
class _Options:
    retriever: LocomoRetriever
    embedder: LocomoEmbedder
    service: ServiceOptions
    thoughts: Thoughts
    limit: int | None
    cache: Path | None
    json: Path | None
    report: Path | None


def locomo(
    file: Annotated[Path, typer.Argument(help="LoCoMo file, official JSON, or that packed by zstd (.zst).")],
    retriever: Annotated[LocomoRetriever, typer.Option(help="What ranks.")] = LocomoRetriever.HYBRID,
    embedder: Annotated[LocomoEmbedder, typer.Option(help="Embedder of the service.")] = LocomoEmbedder.ONNX,
    keys: KeysOption = None,
    fusion: FusionOption = None,
    time: TimeOption = None,
    links: LinksOption = None,
    guard: GuardOption = None,
    thoughts: Annotated[
        Thoughts, typer.Option(help="Thoughts of the turns: by rules, or the observations of the file.")
    ] = Thoughts.NONE,
    limit: Annotated[int | None, typer.Option(min=1, help="So many questions only.")] = None,
    cache: Annotated[Path | None, typer.Option(help="SQLite file that keeps embeddings between runs.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Report file with the figures.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Folder for the report as HTML and Markdown with plots.")
    ] = None,
) -> None:
    """Recall the evidence of each question about a LoCoMo conversation and print the fraction found."""
    with clear_errors():
        check_folder(json_file)
        check_report_folder(report)
        service = ServiceOptions(
            keys,
            fusion,
            time,
            links,
            guard,
            thoughts=thoughts is Thoughts.RULES,
            amem=retriever is LocomoRetriever.AMEM,
        )
        options = _Options(retriever, embedder, service, thoughts, limit, cache, json_file, report)
        with plain_file(file) as plain:
            _run(plain, _inspect(file, plain), options, report_console())


def _inspect(file: Path, plain: Path) -> DataFile:
    """Check the whole file before anything is embedded; the digest is that of the unpacked bytes."""
    questions = count_questions(plain)
    with plain.open("rb") as opened:
        return DataFile(file.name, hashlib.file_digest(opened, "sha256").hexdigest(), questions)


def _run(plain: Path, data: DataFile, options: _Options, console: Console) -> None:
    # Here and not at the top: the service needs libraries that the other commands do not.
    from memsvc_evals.locomo.in_process import open_conversations

    mode = Mode(options.retriever.value)
    total = data.questions if options.limit is None else min(options.limit, data.questions)
    with (
        open_conversations(
            mode,
            embedder=options.embedder.value,
            cache=options.cache,
            options=options.service,
            thoughts=options.thoughts,
        ) as conversations,
        progress_bar("questions", total) as advance,
    ):
        runs = run_conversations(plain, conversations, limit=options.limit, on_question=advance)
        config = dict(conversations.config) | {"limit": options.limit, "machine": machine()}
    figures = recall_figures(runs) | timing_figures(runs)
    print_summary(console, figures)
    document = Document("locomo", config, asdict(data), code_revision(), figures, full_report(runs))
    write_document(document, json=options.json, folder=options.report)
