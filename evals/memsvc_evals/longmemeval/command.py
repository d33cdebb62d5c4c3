"""`memsvc eval longmemeval`: from options to a printed and a written report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from rich.console import Console

from memsvc.domain.recall import Mode
from memsvc.errors import InvalidInput
from memsvc.wire import Mode as WireMode
from memsvc_evals.figures import write_report
from memsvc_evals.longmemeval.printed import print_summary
from memsvc_evals.longmemeval.retrievers import OfficialBm25Retriever, Retriever
from memsvc_evals.longmemeval.run import WHOLE, Part, run_questions
from memsvc_evals.longmemeval.runs import QuestionRun, RunFolder
from memsvc_evals.longmemeval.summary import full_report, metric_figures, paired_with, timing_figures
from memsvc_evals.provenance import code_revision, inspect_data
from memsvc_evals.terminal import progress_bar

__all__ = ["EmbedderName", "Options", "RetrieverName", "run_longmemeval"]


class RetrieverName(StrEnum):
    BM25_OFFICIAL = "bm25-official"
    LEXICAL = "lexical"
    DENSE = "dense"
    HYBRID = "hybrid"


_MODES: Mapping[RetrieverName, WireMode] = {
    RetrieverName.LEXICAL: "lexical",
    RetrieverName.DENSE: "dense",
    RetrieverName.HYBRID: "hybrid",
}


class EmbedderName(StrEnum):
    ONNX = "onnx"
    HASHING = "hashing"


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options; `url` and `api_key` name a running service, None runs one in this process."""

    file: Path
    retriever: RetrieverName = RetrieverName.HYBRID
    embedder: EmbedderName = EmbedderName.ONNX
    part: Part = WHOLE
    cache: Path | None = None
    logs: Path | None = None
    json: Path | None = None
    resume: Path | None = None
    baseline: Path | None = None
    url: str | None = None
    api_key: str | None = None


def run_longmemeval(options: Options, console: Console) -> None:
    """Run, print, write; raises InvalidInput for a wrong file or option before anything is embedded."""
    baseline = _read_baseline(options.baseline)
    data = inspect_data(options.file)
    with ExitStack() as stack:
        retriever = _open_retriever(options, stack)
        config = dict(retriever.config)
        folder = RunFolder(options.resume, config | {"sha256": data.sha256}) if options.resume else None
        advance = stack.enter_context(progress_bar("questions", options.part.size(data.questions)))

        def on_question(_: QuestionRun) -> None:
            advance()

        results = run_questions(
            options.file,
            retriever,
            part=options.part,
            folder=folder,
            logs=options.logs,
            on_question=on_question,
        )
    figures = metric_figures(results) | timing_figures(results)
    report = full_report(results)
    if baseline is not None:
        report["paired"] = paired_with(report, baseline)
    print_summary(console, figures, report)
    if options.json:
        write_report(
            options.json,
            benchmark="longmemeval",
            config=config | {"offset": options.part.offset, "limit": options.part.limit},
            data=asdict(data),
            code=code_revision(),
            figures=figures,
            report=report,
        )


def _open_retriever(options: Options, stack: ExitStack) -> Retriever:
    if options.retriever is RetrieverName.BM25_OFFICIAL:
        return OfficialBm25Retriever()
    mode = _MODES[options.retriever]
    # Here and not at the top: the service and the client need libraries that the official replica does not.
    if options.url:
        from memsvc_evals.longmemeval.over_rest import open_rest_retriever

        return stack.enter_context(open_rest_retriever(options.url, options.api_key, mode))
    from memsvc_evals.longmemeval.in_process import open_service_retriever

    return stack.enter_context(
        open_service_retriever(Mode(mode), embedder=options.embedder.value, cache=options.cache)
    )


def _read_baseline(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if report["benchmark"] != "longmemeval":
            raise ValueError(f"is a report of {report['benchmark']}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"cannot use {path} as a baseline report: {error}") from error
    return report
