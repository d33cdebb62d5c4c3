"""`memsvc eval ann`: from options to printed tables, a report, a page and plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from memsvc.errors import InvalidInput
from memsvc_evals.ann.bench import measure, steps
from memsvc_evals.ann.dataset import AnnData, read_dataset
from memsvc_evals.ann.measured import Duel, Measured
from memsvc_evals.ann.peer import AnnPeer
from memsvc_evals.ann.plan import Plan
from memsvc_evals.ann.plots import draw
from memsvc_evals.ann.printed import markdown, print_ann
from memsvc_evals.ann.subjects import chosen_peers, our_subjects, peer_subjects
from memsvc_evals.ann.summary import ann_figures
from memsvc_evals.figures import Figure, check_folder, write_report
from memsvc_evals.load.environments import default_folder, install, versions
from memsvc_evals.pages import Marks
from memsvc_evals.provenance import code_revision, machine
from memsvc_evals.terminal import progress_bar

_MARKS = Marks("vector index table", "memsvc eval ann --markdown")

__all__ = ["AnnOptions", "parse_counts", "run_ann"]


@dataclass(frozen=True, slots=True)
class AnnOptions:
    """`environments` is where the peers are installed, None for the user's cache folder.

    `work` keeps the indexes between runs; None for a temporary folder, whose disk must be a real one for cold
    searches to mean anything.
    """

    folder: Path
    forms: Sequence[str]
    peers: Sequence[str] = ()
    plan: Plan = Plan()  # noqa: RUF009 - a frozen value
    install: bool = False
    environments: Path | None = None
    work: Path | None = None
    json: Path | None = None
    markdown: Path | None = None
    plots: Path | None = None


def parse_counts(text: str) -> tuple[int, ...]:
    """Return the numbers of processes of "1,2,4"; raises InvalidInput."""
    try:
        counts = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        counts = (0,)
    if any(count < 1 for count in counts):
        raise InvalidInput(f"--processes {text}: give positive numbers with commas between them")
    return counts


def run_ann(options: AnnOptions, console: Console) -> None:
    """Measure, print, write; raises InvalidInput for a wrong option or a missing peer before measuring."""
    peers = chosen_peers(options.peers)
    _check_outputs(options)
    data = read_dataset(options.folder)
    environments = options.environments or default_folder()
    if options.install:
        missing = [peer for peer in peers if not peer.runs_here]
        install(environments, peers=missing, say=lambda text: Console(stderr=True).print(text))
    with TemporaryDirectory(prefix="memsvc-ann-") as scratch:
        subjects = our_subjects(options.forms) + peer_subjects(peers, environments, Path(scratch) / "scripts")
        if not subjects:
            raise InvalidInput("nothing to measure: choose a form or a peer")
        folder = options.work or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        with progress_bar("ann", steps(subjects, data, options.plan)) as step:
            results, duels = measure(subjects, data, plan=options.plan, folder=folder, step=step)
    _report(options, data, peers, results, duels, console)


def _check_outputs(options: AnnOptions) -> None:
    check_folder(options.json)
    check_folder(options.plots)
    if options.markdown:
        _MARKS.check(options.markdown)


def _report(
    options: AnnOptions,
    data: AnnData,
    peers: Sequence[AnnPeer],
    results: dict[str, Measured],
    duels: list[Duel],
    console: Console,
) -> None:
    figures = ann_figures(results, duels)
    print_ann(console, results, duels, figures)
    _write_json(options, data, peers, results, duels, figures)
    if options.markdown:
        _MARKS.put(options.markdown, markdown(results, duels, figures, _caption(data, options.plan)))
    if options.plots:
        draw(options.plots, results, title=f"{len(data.vectors):,} vectors of {data.name}")


def _write_json(
    options: AnnOptions,
    data: AnnData,
    peers: Sequence[AnnPeer],
    results: dict[str, Measured],
    duels: list[Duel],
    figures: dict[str, Figure],
) -> None:
    if options.json:
        write_report(
            options.json,
            benchmark="ann",
            config=_config(options, peers),
            data={"name": data.name, "vectors": len(data.vectors), "queries": len(data.queries), **data.manifest},
            code=code_revision(),
            figures=figures,
            report={
                "systems": {name: asdict(measured) for name, measured in results.items()},
                "duels": [asdict(duel) for duel in duels],
            },
        )


def _config(options: AnnOptions, peers: Sequence[AnnPeer]) -> dict[str, Any]:
    environments = options.environments or default_folder()
    return {
        "plan": asdict(options.plan),
        "forms": list(options.forms),
        "peers": {peer.name: versions(peer, environments) for peer in peers},
        "machine": machine(),
    }


def _caption(data: AnnData, plan: Plan) -> str:
    version = code_revision()
    return (
        f"{len(data.vectors):,} vectors of {data.name}, {data.vectors.shape[1]} dimensions, {len(data.queries):,} "
        f"queries, top 10, one query at a time, one thread; ratios over {plan.rounds} interleaved rounds "
        f"({machine()['cpus']} CPUs, revision {version.get('commit', version['version'])[:12]})."
    )
