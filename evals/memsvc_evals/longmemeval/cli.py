"""The options of `memsvc eval longmemeval`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from memsvc_evals.clear_errors import clear_errors
from memsvc_evals.longmemeval.command import Options, run_longmemeval
from memsvc_evals.longmemeval.expansion.choice import choose
from memsvc_evals.longmemeval.expansion.options import Expansion, Join, Style
from memsvc_evals.longmemeval.m_like import SEED
from memsvc_evals.longmemeval.opening import EmbedderName, RetrieverChoice, RetrieverName
from memsvc_evals.longmemeval.part import Part, Split, parse_types
from memsvc_evals.service_options import (
    FusionOption,
    GuardOption,
    KeysOption,
    LinksOption,
    ServiceOptions,
    TimeOption,
)
from memsvc_evals.terminal import report_console

__all__ = ["longmemeval"]

_MOST_WORKERS = 2


def longmemeval(
    file: Annotated[
        Path, typer.Argument(help="LongMemEval file (S, M or oracle), official JSON, or packed (.zst).")
    ],
    retriever: Annotated[RetrieverName, typer.Option(help="What ranks.")] = RetrieverName.HYBRID,
    embedder: Annotated[
        EmbedderName, typer.Option(help="Embedder of the in-process service.")
    ] = EmbedderName.ONNX,
    keys: KeysOption = None,
    fusion: FusionOption = None,
    time: TimeOption = None,
    links: LinksOption = None,
    guard: GuardOption = None,
    events: Annotated[
        Path | None, typer.Option(help="Official file of dated events, for --time prune of bm25-official.")
    ] = None,
    m_like: Annotated[
        bool, typer.Option("--m-like", help="Fill each haystack up to 475 sessions from other questions.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Chooses what --m-like fills in.")] = SEED,
    expansion: Annotated[
        Expansion | None, typer.Option(help="Join cached expansions to the documents of bm25-official.")
    ] = None,
    join: Annotated[
        str, typer.Option(help="separate, merge, replace, or one of these with split- before it.")
    ] = Join.MERGE.value,
    join_style: Annotated[
        Style, typer.Option(help="As published with its quirks, or with every item kept and labelled as before.")
    ] = Style.CLEAN,
    cache_file: Annotated[
        Path | None, typer.Option(help="Cache of the expansions; its path contains the name of the expansion.")
    ] = None,
    types: Annotated[str | None, typer.Option(help="Question types only, with commas between them.")] = None,
    split: Annotated[Split | None, typer.Option(help="One half only, by a hash of the question's id.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="So many of these questions only.")] = None,
    offset: Annotated[int, typer.Option(min=0, help="Skip so many of these questions.")] = 0,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default as many as cores, up to 2.")
    ] = None,
    cache: Annotated[Path | None, typer.Option(help="SQLite file that keeps embeddings between runs.")] = None,
    logs: Annotated[Path | None, typer.Option(help="Prefix of the official retrieval logs to write.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Report file with the figures.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Folder for the report as HTML and Markdown with plots.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Folder to keep results in and to go on from.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="Earlier report to test against, paired.")] = None,
    url: Annotated[str | None, typer.Option(help="Measure a running service over REST.")] = None,
    api_key: Annotated[str | None, typer.Option(envvar="MEMSVC_API_KEY", help="Key of that service.")] = None,
) -> None:
    """Rank each question's haystack and print the official retrieval metrics."""
    with clear_errors():
        run_longmemeval(
            Options(
                file=file,
                choice=RetrieverChoice(
                    retriever=retriever,
                    embedder=embedder,
                    cache=cache,
                    url=url,
                    api_key=api_key,
                    expansion=choose(expansion, join, join_style, cache_file),
                    service=ServiceOptions(keys, fusion, time, links, guard),
                    events=events,
                ),
                part=Part(offset, limit, parse_types(types), split),
                m_like=seed if m_like else None,
                workers=workers or min(_MOST_WORKERS, os.cpu_count() or 1),
                logs=logs,
                json=json_file,
                report=report,
                resume=resume,
                baseline=baseline,
            ),
            report_console(),
        )
