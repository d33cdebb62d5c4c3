"""`memsvc eval redteam`: from options to a printed and a written report."""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from memsvc.domain.recall import Mode
from memsvc.errors import InvalidInput
from memsvc_evals.clear_errors import clear_errors
from memsvc_evals.figures import check_folder
from memsvc_evals.provenance import code_revision, inspect_data, machine
from memsvc_evals.redteam.corpora.reading import read_corpus
from memsvc_evals.redteam.families.poisonedrag import read_rag_targets
from memsvc_evals.redteam.given import read_triggers
from memsvc_evals.redteam.plan import MODES, GuardUse, Plan, parse_names, parse_sizes
from memsvc_evals.redteam.printed import print_summary
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
    victims: Annotated[int, typer.Option(min=1, help="Questions of each attack that are asked.")] = 24,
    negatives: Annotated[int, typer.Option(min=1, help="Harmless notes of each class.")] = 300,
    notes: Annotated[int, typer.Option(min=10, help="So many notes of the file at most.")] = 3_000,
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
    rag: Annotated[Path | None, typer.Option(help="A file of PoisonedRAG's targets, measured too.")] = None,
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
        files = _Files(corpus, attacks, rag, cache, triggers, json_file, report)
        _run(files, plan.full() if full else plan, embedder, report_console())


class _Files:
    """The files of a run; those to read are read before anything is measured."""

    def __init__(
        self,
        corpus: Path,
        attacks: Path | None,
        rag: Path | None,
        cache: Path | None,
        triggers: Path | None,
        json: Path | None,
        report: Path | None,
    ) -> None:
        self.corpus, self.cache, self.triggers = corpus, cache, triggers
        self.json, self.report = json, report
        self.given = () if attacks is None else read_triggers(attacks)
        self.rag = () if rag is None else read_rag_targets(rag)


def _run(files: _Files, plan: Plan, embedder: RedteamEmbedder, console: Console) -> None:
    # Here and not at the top: the service needs libraries that the other commands do not.
    from memsvc_evals.redteam.report import all_figures, config_of, full_report
    from memsvc_evals.redteam.run import Inputs, Progress, run_redteam

    data = inspect_data(files.corpus)
    corpus = read_corpus(files.corpus, seed=0, limit=plan.notes)
    memories = 1 if plan.guard is GuardUse.OFF else 2
    with ExitStack() as bars:
        on_note = bars.enter_context(progress_bar("notes", memories * len(corpus.notes)))
        measuring = _Measuring(bars)
        told = Progress(on_note, measuring.begin, measuring.advance)
        inputs = Inputs(corpus, embedder.value, files.cache, files.triggers, files.given, files.rag)
        run = run_redteam(inputs, plan, told)
    figures = all_figures(run)
    print_summary(console, figures, guard=plan.guard.value)
    config = config_of(plan, run) | {"machine": machine()}
    about = {"name": data.name, "sha256": data.sha256, "questions": len(corpus.questions)}
    document = Document("redteam", config, about, code_revision(), figures, full_report(run))
    write_document(document, json=files.json, folder=files.report)


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
