"""`memsvc eval longmemeval`: from options to a printed and a written report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from memsvc.errors import InvalidInput, MemsvcError
from memsvc_evals.ann.data.sources import plain_file
from memsvc_evals.figures import check_folder
from memsvc_evals.longmemeval.m_like import read_m_like
from memsvc_evals.longmemeval.opening import EmbedderName, RetrieverChoice, RetrieverName
from memsvc_evals.longmemeval.outline import Outline, read_outline
from memsvc_evals.longmemeval.part import WHOLE, Part
from memsvc_evals.longmemeval.printed import print_summary
from memsvc_evals.longmemeval.question import Question
from memsvc_evals.longmemeval.run import Engine, Outcome, one_by_one, run_questions
from memsvc_evals.longmemeval.runs import RunFolder
from memsvc_evals.longmemeval.schema import read_questions
from memsvc_evals.longmemeval.summary import Results, full_report, metric_figures, paired_with, timing_figures
from memsvc_evals.longmemeval.workers import Workers
from memsvc_evals.provenance import code_revision, machine
from memsvc_evals.reporting.document import Document
from memsvc_evals.reporting.writing import check_report_folder, write_document
from memsvc_evals.terminal import progress_bar

__all__ = ["EmbedderName", "Options", "RetrieverName", "run_longmemeval"]


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options; the file may be packed by zstd (.zst).

    `m_like` is the seed of the rebuilt haystacks, None for those of the file.
    """

    file: Path
    choice: RetrieverChoice = RetrieverChoice()  # noqa: RUF009 - a frozen value
    part: Part = WHOLE
    m_like: int | None = None
    workers: int = 1
    logs: Path | None = None
    json: Path | None = None
    report: Path | None = None
    resume: Path | None = None
    baseline: Path | None = None


def run_longmemeval(options: Options, console: Console) -> None:
    """Run, print, write; raises InvalidInput for a wrong file or option before anything is embedded.

    When the file or a retriever fails in the middle, what was done until then is printed and written, marked as
    incomplete, before the error is raised.
    """
    check_folder(options.json)
    check_report_folder(options.report)
    with plain_file(options.file) as plain:
        outline = read_outline(plain)
        named = replace(outline, data=replace(outline.data, name=options.file.name))
        _run(replace(options, file=plain), named, console)


def _run(options: Options, outline: Outline, console: Console) -> None:
    baseline = _read_baseline(options, outline.data.sha256)
    results: list[Outcome] = []
    with _engine(options) as (engine, retriever_config):
        config = dict(retriever_config) | {"m_like": options.m_like}
        folder = RunFolder(options.resume, config | {"sha256": outline.data.sha256}) if options.resume else None
        outcomes = run_questions(_questions(options), engine, folder=folder, logs=options.logs)
        failure = _collect(outcomes, results, total=options.part.size(outline.questions))
    if not results:
        raise failure or _nothing(options)
    config |= options.part.config | {"workers": options.workers, "machine": machine()}
    _report(options, [(o.scores, o.run) for o in results], failure, config, outline, baseline, console)
    if failure is not None:
        raise failure


def _questions(options: Options) -> Iterator[Question]:
    whole: Iterable[Question] = (
        read_questions(options.file) if options.m_like is None else read_m_like(options.file, options.m_like)
    )
    return options.part.of(whole)


@contextmanager
def _engine(options: Options) -> Iterator[tuple[Engine, Mapping[str, Any]]]:
    """Yield what ranks, and its configuration."""
    if options.workers == 1:
        with options.choice.open() as retriever:
            yield one_by_one(retriever), retriever.config
    else:
        with Workers(options.choice.open, options.workers) as workers:
            yield workers.engine, workers.config


def _collect(outcomes: Iterator[Outcome], into: list[Outcome], *, total: int) -> MemsvcError | None:
    """Take outcomes while a bar shows how many; return the error that ended them early."""
    with progress_bar("questions", total) as advance:
        try:
            for outcome in outcomes:
                into.append(outcome)
                advance(resumed=outcome.resumed)
        except MemsvcError as error:
            return error
    return None


def _nothing(options: Options) -> InvalidInput:
    part = ", ".join(f"{name} {value}" for name, value in options.part.config.items() if value is not None)
    return InvalidInput(f"{options.file.name}: no question is left ({part})")


def _report(
    options: Options,
    results: Results,
    failure: MemsvcError | None,
    config: Mapping[str, Any],
    outline: Outline,
    baseline: dict[str, Any] | None,
    console: Console,
) -> None:
    figures = metric_figures(results) | timing_figures(results)
    report = full_report(results)
    if baseline is not None:
        report["paired"] = paired_with(report, baseline)
    if failure is not None:
        report["incomplete"] = failure.detail
    print_summary(console, figures, report)
    document = Document("longmemeval", config, asdict(outline.data), code_revision(), figures, report)
    write_document(document, json=options.json, folder=options.report)


def _read_baseline(options: Options, sha256: str) -> dict[str, Any] | None:
    """Return the report to test against; raises InvalidInput for one of other data or other haystacks."""
    path = options.baseline
    if path is None:
        return None
    try:
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if report["benchmark"] != "longmemeval":
            raise ValueError(f"is a report of {report['benchmark']}")
        if report["data"]["sha256"] != sha256 or report["config"].get("m_like") != options.m_like:
            raise ValueError("was measured on another file or other haystacks")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"cannot use {path} as a baseline report: {error}") from error
    return report
