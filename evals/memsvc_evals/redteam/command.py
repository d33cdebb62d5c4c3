"""`memsvc eval redteam`: from options to a printed and a written report."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from memsvc.domain.recall import Mode
from memsvc.errors import InvalidInput
from memsvc_evals.clear_errors import clear_errors
from memsvc_evals.figures import check_folder
from memsvc_evals.provenance import code_revision, inspect_data, machine
from memsvc_evals.redteam.corpora.reading import read_corpus
from memsvc_evals.redteam.families.poisonedrag import read_rag_targets
from memsvc_evals.redteam.families.world import RagTarget
from memsvc_evals.redteam.given import read_triggers
from memsvc_evals.redteam.plan import MODES, GuardUse, Plan, parse_names, parse_sizes
from memsvc_evals.redteam.printed import print_summary
from memsvc_evals.redteam.target_agent import AgentOptions, open_agent, target_config
from memsvc_evals.reporting.document import Document
from memsvc_evals.reporting.writing import check_report_folder, write_document
from memsvc_evals.terminal import Advance, progress_bar, report_console

__all__ = ["RedteamEmbedder", "redteam"]


class RedteamEmbedder(StrEnum):
    ONNX = "onnx"
    HASHING = "hashing"


def redteam(
    corpus: Annotated[
        Path, typer.Option(help="LoCoMo, LongMemEval or StrategyQA file, official JSON, or packed (.zst).")
    ],
    attacks: Annotated[
        Path | None, typer.Option(help="JSON list of strings: triggers that are measured too.")
    ] = None,
    guard: Annotated[
        GuardUse, typer.Option(help="Level of the guard; off measures the attacks alone.")
    ] = GuardUse.BALANCED,
    families: Annotated[str, typer.Option(help="Some families only, separated by commas.")] = "",
    n: Annotated[str, typer.Option("--n", help="Numbers of poison notes: some of 1,2,8,24.")] = "1,8",
    modes: Annotated[str, typer.Option(help="Some of dense,lexical,hybrid.")] = ",".join(MODES),
    seeds: Annotated[int, typer.Option(min=1, help="How often questions are divided and triggers made.")] = 1,
    victims: Annotated[int, typer.Option(min=1, help="Questions of each attack that are asked.")] = 60,
    negatives: Annotated[int, typer.Option(min=1, help="Harmless notes of each class.")] = 300,
    notes: Annotated[int, typer.Option(min=10, help="So many of the file's notes are stored at most.")] = 1_500,
    full: Annotated[
        bool, typer.Option("--full", help="The whole grid: 3 seeds, n up to 24, 100 victims, all origins.")
    ] = False,
    adaptive: Annotated[
        bool, typer.Option("--adaptive", help="Search with the detectors in hand too (minutes per seed).")
    ] = False,
    embedder: Annotated[RedteamEmbedder, typer.Option(help="Embedder of the service.")] = RedteamEmbedder.ONNX,
    cache: Annotated[Path | None, typer.Option(help="SQLite file that keeps embeddings between runs.")] = None,
    triggers: Annotated[
        Path | None, typer.Option(help="JSON file that keeps the triggers found between runs.")
    ] = None,
    guard_model: Annotated[Path | None, typer.Option(help="The guard's model, if not the packaged one.")] = None,
    rag: Annotated[Path | None, typer.Option(help="A file of PoisonedRAG's targets, measured too.")] = None,
    agent_model: Annotated[
        str | None,
        typer.Option(help="The victim's agent's model: keep triggers that make it do as told."),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Its OpenAI-compatible endpoint, usually ending in /v1.")
    ] = None,
    agent_calls: Annotated[int, typer.Option(min=1, help="So many calls of it in one search at most.")] = 200,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for one answer of it.")] = 120,
    api_key: Annotated[str, typer.Option(envvar="LLM_API_KEY", help="Key of its endpoint.")] = "",
    json_file: Annotated[Path | None, typer.Option("--json", help="Report file with the figures.")] = None,
    report: Annotated[Path | None, typer.Option(help="Folder for the report as HTML and Markdown.")] = None,
) -> None:
    """Poison a memory in every way that is known, with the guard and without it, and count what comes back.

    Optimised triggers are measured in the worst case: notes of a trusted origin, questions that nobody labels. The
    other families come from an untrusted document, their triggers stand in an untrusted span; what they do from a
    trusted origin is printed beside it.
    """
    with clear_errors():
        check_folder(json_file)
        check_report_folder(report)
        plan = Plan(
            guard=guard,
            seeds=seeds,
            sizes=parse_sizes(n),
            families=parse_names(families),
            modes=_modes(modes),
            victims=victims,
            negatives=negatives,
            notes=notes,
            adaptive=adaptive,
        )
        inputs = _Inputs(
            corpus=corpus,
            given=() if attacks is None else read_triggers(attacks),
            rag=() if rag is None else read_rag_targets(rag),
            cache=cache,
            triggers=triggers,
            model=guard_model,
            agent=AgentOptions(agent_model, base_url, agent_calls, timeout, api_key),
        )
        _run(inputs, plan.full() if full else plan, embedder, _Out(json_file, report))


@dataclass(frozen=True, slots=True)
class _Inputs:
    """The files of a run, and the agent; triggers and targets are read before anything is measured."""

    corpus: Path
    given: tuple[str, ...]
    rag: tuple[RagTarget, ...]
    cache: Path | None
    triggers: Path | None
    model: Path | None
    agent: AgentOptions


@dataclass(frozen=True, slots=True)
class _Out:
    json: Path | None
    folder: Path | None


def _run(files: _Inputs, plan: Plan, embedder: RedteamEmbedder, out: _Out) -> None:
    # Here and not at the top: the service needs libraries that the other commands do not.
    from memsvc_evals.redteam.report import all_figures, config_of, full_report
    from memsvc_evals.redteam.run import Inputs, Progress, run_redteam

    with ExitStack() as bars:
        agent = bars.enter_context(open_agent(files.agent))
        data = inspect_data(files.corpus)
        corpus = read_corpus(files.corpus, seed=0)
        inputs = Inputs(
            corpus,
            embedder.value,
            files.cache,
            files.triggers,
            files.model,
            given=files.given,
            rag=files.rag,
            agent=agent,
        )
        notes = min(plan.notes, len(corpus.notes)) * (1 if plan.guard is GuardUse.OFF else 2)
        on_note = bars.enter_context(progress_bar("notes", notes))
        measuring = _Measuring(bars)
        run = run_redteam(inputs, plan, Progress(on_note, measuring.begin, measuring.advance))
    figures = all_figures(run)
    print_summary(report_console(), figures, guard=plan.guard.value)
    config = config_of(plan, run) | {"target_action": target_config(agent, run.targeted), "machine": machine()}
    about = {"name": data.name, "sha256": data.sha256, "questions": len(corpus.questions)}
    document = Document("redteam", config, about, code_revision(), figures, full_report(run))
    write_document(document, json=out.json, folder=out.folder)


class _Measuring:
    """A bar that begins when it is known how many attacks there are."""

    def __init__(self, bars: ExitStack) -> None:
        self._bars = bars
        self._advance: Advance | None = None

    def begin(self, attacks: int) -> None:
        self._advance = self._bars.enter_context(progress_bar("attacks", attacks))

    def advance(self) -> None:
        if self._advance is not None:
            self._advance()


def _modes(text: str) -> tuple[Mode, ...]:
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names or not set(names) <= {mode.value for mode in MODES}:
        known = ", ".join(mode.value for mode in MODES)
        raise InvalidInput(f"--modes must be some of {known}, separated by commas, not {text!r}")
    return tuple(dict.fromkeys(map(Mode, names)))
