"""`memsvc eval gvd`: from options to a printed and a written report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from memsvc.domain.recall import Mode
from memsvc.errors import InvalidInput
from memsvc_evals.clear_errors import clear_errors
from memsvc_evals.figures import Figure, check_folder, percentile_ms, write_report
from memsvc_evals.gvd.dialogues import User
from memsvc_evals.gvd.loop import UserRun, run_user
from memsvc_evals.gvd.reading import DIALOGUES, QUESTIONS, marked_by_hand, read_users
from memsvc_evals.gvd.scoring import CUTS, hit_figures
from memsvc_evals.longmemeval.opening import EmbedderName
from memsvc_evals.provenance import code_revision, machine
from memsvc_evals.terminal import progress_bar, report_console

if TYPE_CHECKING:
    from memsvc_evals.gvd.in_process import InProcessAgent

__all__ = ["GvdRetriever", "Thoughts", "gvd"]


class GvdRetriever(StrEnum):
    LEXICAL = "lexical"
    DENSE = "dense"
    HYBRID = "hybrid"
    TIM = "tim"


class Thoughts(StrEnum):
    NONE = "none"
    RULES = "rules"


def gvd(
    folder: Annotated[Path, typer.Argument(help=f"Folder with {DIALOGUES} and {QUESTIONS}.")],
    retriever: Annotated[GvdRetriever, typer.Option(help="What ranks.")] = GvdRetriever.HYBRID,
    thoughts: Annotated[Thoughts, typer.Option(help="Who thinks after each round.")] = Thoughts.RULES,
    embedder: Annotated[EmbedderName, typer.Option(help="Embedder of the service.")] = EmbedderName.ONNX,
    cache: Annotated[Path | None, typer.Option(help="SQLite file that keeps embeddings between runs.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Report file with the figures.")] = None,
) -> None:
    """Run TiM's loop over GVD's dialogues without a model, ask the probing questions, and print the hits.

    A day hit: one of the first k rounds is of a day on which the answer was talked about. A round hit: one of them
    is a round that was marked by hand as holding the answer. Chance is what k rounds drawn at random would hit.
    """
    with clear_errors():
        check_folder(json_file)
        if retriever is GvdRetriever.TIM and thoughts is Thoughts.NONE:
            raise InvalidInput("--retriever tim finds thoughts only; it needs --thoughts rules")
        users = read_users(folder, marked_by_hand())
        agent = partial(
            _opened, Mode(retriever.value), thinking=thoughts is Thoughts.RULES, embedder=embedder, cache=cache
        )
        runs, config = _run(users, agent)
        figures = hit_figures([asked for run in runs for asked in run.asked]) | _other_figures(runs)
        _print(report_console(), figures)
        if json_file is not None:
            write_report(
                json_file,
                benchmark="gvd",
                config=config,
                data=_digests(folder),
                code=code_revision(),
                figures=figures,
                report=_report(runs),
            )


def _opened(
    mode: Mode, *, thinking: bool, embedder: EmbedderName, cache: Path | None
) -> AbstractContextManager[InProcessAgent]:
    # Imported here and not at the top: the service needs libraries that the other commands do not.
    from memsvc_evals.gvd.in_process import open_agent

    return open_agent(mode, thinking=thinking, embedder=embedder.value, cache=cache)


def _run(
    users: Sequence[User], opened: Callable[[], AbstractContextManager[InProcessAgent]]
) -> tuple[list[UserRun], Mapping[str, Any]]:
    steps = sum(len(d.rounds) for user in users for d in user.dialogues)
    steps += sum(bool(question.evidence) for user in users for question in user.questions)
    with opened() as agent, progress_bar("rounds and questions", steps) as advance:
        runs = [run_user(agent, user, k=max(CUTS), on_step=advance) for user in users]
        return runs, dict(agent.config) | {"machine": machine()}


def _other_figures(runs: Sequence[UserRun]) -> dict[str, Figure]:
    figures = {
        f"latency/{name}/p{percent}": Figure(percentile_ms(seconds, percent), len(seconds), unit="ms")
        for name, seconds in (
            ("recall", [s for run in runs for s in run.recall_seconds]),
            ("turn", [s for run in runs for s in run.turn_seconds]),
        )
        for percent in (50, 95)
    }
    figures["count/rounds"] = Figure(sum(run.rounds for run in runs), len(runs), unit="rounds")
    figures["count/thoughts"] = Figure(sum(run.thoughts for run in runs), len(runs), unit="thoughts")
    figures["count/unanswerable"] = Figure(sum(run.unanswerable for run in runs), len(runs), unit="questions")
    return figures


def _report(runs: Sequence[UserRun]) -> dict[str, Any]:
    """Return each question by its user and number, with what it hit: no text of the data."""
    return {
        "questions": [
            {
                "user": asked.user.name,
                "question": asked.user.questions.index(asked.question),
                "day": {k: asked.day_hit(k) for k in CUTS},
                "round": {k: asked.round_hit(k) for k in CUTS},
            }
            for run in runs
            for asked in run.asked
        ]
    }


def _digests(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (DIALOGUES, QUESTIONS)}


def _print(console: Console, figures: Mapping[str, Figure]) -> None:
    table = Table(title="GVD retrieval", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1))
    for column in ("hit", "n", *(heading for k in CUTS for heading in (f"@{k}", "interval", "chance"))):
        table.add_column(column, no_wrap=True)
    for name in ("day", "round"):
        hits = [figures[f"{name}/hit@{k}"] for k in CUTS]
        chances = [figures[f"{name}/chance@{k}"] for k in CUTS]
        cells = [cell for hit, chance in zip(hits, chances, strict=True) for cell in _cells(hit, chance)]
        table.add_row(name, str(hits[0].n), *cells)
    console.print(table)
    for name in ("recall", "turn"):
        p50, p95 = figures[f"latency/{name}/p50"], figures[f"latency/{name}/p95"]
        console.print(f"{name}: p50 {p50.value:.2f} ms, p95 {p95.value:.2f} ms (n={p50.n})")
    counts = [figures[f"count/{name}"].value for name in ("rounds", "thoughts", "unanswerable")]
    console.print("{:.0f} rounds, {:.0f} thoughts, {:.0f} questions that nothing answers".format(*counts))


def _cells(hit: Figure, chance: Figure) -> tuple[str, str, str]:
    interval = "" if hit.ci95 is None else f"{hit.ci95[0]:.2f}-{hit.ci95[1]:.2f}"
    return f"{hit.value:.3f}", interval, f"{chance.value:.3f}"
