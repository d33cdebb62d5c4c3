"""`memsvc eval ann-cases`: the cases, each in a process of its own, to a printed and a written report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from memsvc.errors import InvalidInput
from memsvc_evals.ann.cases.small import small
from memsvc_evals.ann.dataset import AnnData, read_dataset
from memsvc_evals.ann.plan import Plan
from memsvc_evals.ann.subjects import chosen_peers, our_subjects, peer_subjects
from memsvc_evals.figures import Figure, check_folder, write_report
from memsvc_evals.load.environments import default_folder, install, versions
from memsvc_evals.load.systems import System, our_paths
from memsvc_evals.provenance import code_revision, machine
from memsvc_evals.terminal import progress_bar

__all__ = ["CASES", "CaseOptions", "run_cases"]

SMALL = "small"
CASES = ("filters", "growth", "churn", "identical", "namespaces", "readers", SMALL)


@dataclass(frozen=True, slots=True)
class CaseOptions:
    """`sizes` are fields of the cases' Context; peers take part in the case of small namespaces only."""

    folder: Path
    cases: Sequence[str] = CASES
    sizes: dict[str, Any] = field(default_factory=dict)
    peers: Sequence[str] = ()
    rounds: int = 7
    install: bool = False
    environments: Path | None = None
    json: Path | None = None


def run_cases(options: CaseOptions, console: Console) -> None:
    """Run, print, write; raises InvalidInput for an unknown case or a missing peer before measuring."""
    for case in options.cases:
        if case not in CASES:
            raise InvalidInput(f"there is no case {case!r}; there are {', '.join(CASES)}")
    peers = chosen_peers(options.peers)
    check_folder(options.json)
    data = read_dataset(options.folder)
    environments = options.environments or default_folder()
    if options.install:
        missing = [peer for peer in peers if not peer.runs_here]
        install(environments, peers=missing, say=lambda text: Console(stderr=True).print(text))
    figures: dict[str, Figure] = {}
    plan = Plan(rounds=options.rounds)
    with TemporaryDirectory(prefix="memsvc-ann-") as name:
        scratch = Path(name)
        subjects = our_subjects(["flat"]) + peer_subjects(peers, environments, scratch / "scripts")
        total = len(options.cases) + (plan.rounds - 1) * (SMALL in options.cases)
        with progress_bar("cases", total) as step:
            for case in options.cases:
                folder = scratch / case
                folder.mkdir()
                if case == SMALL:
                    figures |= small(data, subjects, plan=plan, folder=folder, step=step)
                else:
                    figures |= _in_process(case, options, data, folder, step)
    _print(console, figures)
    if options.json:
        write_report(
            options.json,
            benchmark="ann-cases",
            config={
                "cases": list(options.cases),
                "rounds": options.rounds,
                "sizes": options.sizes,
                "peers": {peer.name: versions(peer, environments) for peer in peers},
                "machine": machine(),
            },
            data={"name": data.name, "vectors": len(data.vectors), **data.manifest},
            code=code_revision(),
            figures=figures,
            report={},
        )


def _in_process(
    case: str, options: CaseOptions, data: AnnData, folder: Path, step: Callable[[], None]
) -> dict[str, Figure]:
    command = (sys.executable, "-m", "memsvc_evals.ann.cases.worker")
    system = System(case, command, our_paths())
    with ExitStack() as stack:
        worker = system.start(stack, dataset=data.folder, log=folder / "log")
        sizes = {**options.sizes, "rounds": options.rounds}
        answer = worker.ask("run", case=case, folder=str(folder), **sizes)
    step()
    return {name: Figure(**values) for name, values in answer["figures"].items()}


def _print(console: Console, figures: dict[str, Figure]) -> None:
    table = Table(title="Cases", title_justify="left", box=SIMPLE_HEAD)
    for column in ("figure", "value", "unit", "n"):
        table.add_column(column, no_wrap=True)
    for name, figure in figures.items():
        table.add_row(name, f"{figure.value:.4g}", figure.unit, str(figure.n))
    console.print(table)
