"""`memsvc eval load`: from options to a printed and a written report."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from memsvc.errors import InvalidInput
from memsvc_evals.figures import write_report
from memsvc_evals.load.bench import Measured, Plan, measure
from memsvc_evals.load.environments import PEERS, default_folder, install, versions
from memsvc_evals.load.printed import markdown_table, print_load, put_table
from memsvc_evals.load.summary import load_figures
from memsvc_evals.load.systems import our_systems, peer_systems
from memsvc_evals.load.workload import DIMENSION, Workload, make_workload
from memsvc_evals.provenance import code_revision, machine
from memsvc_evals.terminal import progress_bar

__all__ = ["LoadOptions", "run_load"]

_QUESTIONS = 200


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """`environments` is where the peers are installed, None for the user's cache folder."""

    notes: int = 20_000
    users: int = 100
    plan: Plan = Plan()  # noqa: RUF009 - a frozen value
    peers: bool = False
    install: bool = False
    environments: Path | None = None
    json: Path | None = None
    markdown: Path | None = None


def run_load(options: LoadOptions, console: Console) -> None:
    """Measure, print, write; raises InvalidInput for a wrong option or a missing peer before measuring."""
    if options.notes < 10 * options.users:
        raise InvalidInput(f"--notes {options.notes}: give each of the {options.users} users at least 10 notes")
    if options.plan.deletes > options.notes:
        raise InvalidInput(f"--deletes {options.plan.deletes}: there are only {options.notes} notes")
    environments = options.environments or default_folder()
    if options.install:
        install(environments, say=lambda text: Console(stderr=True).print(text))
    workload = make_workload(
        notes=options.notes, users=options.users, extra=options.plan.adds, questions=_QUESTIONS
    )
    with TemporaryDirectory(prefix="memsvc-load-") as name:
        folder = Path(name)
        systems = our_systems()
        if options.peers:
            systems += peer_systems(environments, folder / "scripts")
        plan = options.plan
        steps = 2 * len(systems) + plan.adds + plan.recalls + plan.deletes
        with progress_bar("load", steps) as step:
            results = measure(systems, workload, plan=plan, folder=folder, step=step)
    _report(options, workload, results, console)


def _report(options: LoadOptions, workload: Workload, results: dict[str, Measured], console: Console) -> None:
    figures = load_figures(results)
    names = list(results)
    print_load(console, figures, names)
    if options.markdown:
        put_table(options.markdown, markdown_table(figures, names, _caption(workload)))
    if options.json:
        write_report(
            options.json,
            benchmark="load",
            config=_config(options),
            data={"sha256": hashlib.sha256(workload.vectors.tobytes()).hexdigest(), "notes": len(workload.texts)},
            code=code_revision(),
            figures=figures,
            report={name: asdict(measured) for name, measured in results.items()},
        )


def _config(options: LoadOptions) -> dict[str, Any]:
    environments = options.environments or default_folder()
    packages = {peer.name: versions(peer, environments) for peer in PEERS} if options.peers else {}
    return {
        "notes": options.notes,
        "users": options.users,
        "dimension": DIMENSION,
        "samples": asdict(options.plan),
        "peers": packages,
        "machine": machine(),
    }


def _caption(workload: Workload) -> str:
    version = code_revision()
    return (
        f"{workload.stored:,} notes of {workload.users} users, {DIMENSION}-d vectors given; each question wants "
        f"a user's {workload.wanted_per_user} tagged notes of {workload.per_user} "
        f"({os.cpu_count()} CPUs, revision {version.get('commit', version['version'])[:12]})."
    )
