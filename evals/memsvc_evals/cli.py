"""`memsvc eval`: the benchmarks as commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from memsvc_evals.ann.cases.command import CASES, CaseOptions, run_cases
from memsvc_evals.ann.command import AnnOptions, parse_counts, run_ann
from memsvc_evals.ann.data.command import DataOptions, DatasetName, build_dataset
from memsvc_evals.ann.peers.registry import PEERS as ANN_PEERS
from memsvc_evals.ann.plan import Plan as AnnPlan
from memsvc_evals.clear_errors import clear_errors
from memsvc_evals.compare.command import compare
from memsvc_evals.gvd.command import gvd
from memsvc_evals.load.bench import Plan
from memsvc_evals.load.command import LoadOptions, run_load
from memsvc_evals.locomo.command import locomo
from memsvc_evals.longmemeval.answering.command import longmemeval_read
from memsvc_evals.longmemeval.cli import longmemeval
from memsvc_evals.longmemeval.judging.command import longmemeval_judge
from memsvc_evals.longmemeval.key_caches import longmemeval_keys
from memsvc_evals.redteam.command import redteam
from memsvc_evals.reporting.command import report
from memsvc_evals.terminal import report_console

__all__ = ["app"]

_PEERS = ", ".join(peer.name for peer in ANN_PEERS)

app = typer.Typer(
    help="Measure the service: LongMemEval, LoCoMo, GVD, poisoning, load, and the vector index against peers.",
    no_args_is_help=True,
)
app.command()(longmemeval)
app.command()(longmemeval_keys)
app.command()(longmemeval_read)
app.command()(longmemeval_judge)
app.command()(locomo)
app.command()(gvd)
app.command()(redteam)
app.command()(compare)
app.command()(report)


@app.command()
def load(
    notes: Annotated[int, typer.Option(min=10, help="Notes to load before measuring.")] = 20_000,
    users: Annotated[int, typer.Option(min=1, help="Users that they belong to, evenly.")] = 100,
    adds: Annotated[int, typer.Option(min=1, help="Single adds to measure.")] = 100,
    recalls: Annotated[int, typer.Option(min=1, help="Filtered recalls to measure.")] = 200,
    deletes: Annotated[int, typer.Option(min=1, help="Deletes to measure.")] = 50,
    peers: Annotated[bool, typer.Option("--peers", help="Measure the peers too.")] = False,
    install: Annotated[bool, typer.Option("--install", help="Install the peers first where missing.")] = False,
    environments: Annotated[Path | None, typer.Option(help="Folder of the peers' environments.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Report file with the figures.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Page to put the table into, between its marks.")] = None,
) -> None:
    """Add, recall and delete in one interleaved run, in process, over REST, and in peers."""
    with clear_errors():
        run_load(
            LoadOptions(
                notes=notes,
                users=users,
                plan=Plan(adds, recalls, deletes),
                peers=peers,
                install=install,
                environments=environments,
                json=json_file,
                markdown=markdown,
            ),
            report_console(),
        )


@app.command()
def ann(
    folder: Annotated[Path, typer.Argument(help="Folder with x_f16.npy, q_f16.npy and, perhaps, gt20.npy.")],
    form: Annotated[
        list[str] | None, typer.Option(help="Our forms, each with --form: flat, paged, spann.")
    ] = None,
    peer: Annotated[list[str] | None, typer.Option(help=f"Peers, each with --peer: all, {_PEERS}.")] = None,
    install: Annotated[bool, typer.Option("--install", help="Install the peers first where missing.")] = False,
    environments: Annotated[Path | None, typer.Option(help="Folder of the peers' environments.")] = None,
    rounds: Annotated[int, typer.Option(min=7, help="Interleaved rounds for each ratio.")] = 10,
    processes: Annotated[str, typer.Option(help="Numbers of processes for QPS; empty for none.")] = "1,2,4",
    cold: Annotated[bool, typer.Option(help="Measure evicted indexes too.")] = True,
    work: Annotated[Path | None, typer.Option(help="Folder that keeps the indexes between runs.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Report file with the figures.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Page to put the tables into, between its marks.")] = None,
    plots: Annotated[Path | None, typer.Option(help="Folder for the plots (PNG).")] = None,
) -> None:
    """Search vectors in our forms of index and in peers, in one interleaved run, warm and cold.

    A quick look: memsvc eval ann DIR --form flat --peer faiss-hnsw32 --no-cold --processes ""

    Everything: memsvc eval ann DIR --peer all --install --json r.json --markdown r.md --plots plots --work indexes

    Folders are made with `memsvc eval ann-data`.
    """
    with clear_errors():
        run_ann(
            AnnOptions(
                folder=folder,
                forms=["flat", "paged", "spann"] if form is None else form,
                peers=peer or [],
                plan=AnnPlan(rounds=rounds, cold=cold, processes=parse_counts(processes)),
                install=install,
                environments=environments,
                work=work,
                json=json_file,
                markdown=markdown,
                plots=plots,
            ),
            report_console(),
        )


@app.command()
def ann_data(
    name: Annotated[DatasetName, typer.Argument(help="What to build.")],
    out: Annotated[Path, typer.Argument(help="Folder to write.")],
    source: Annotated[
        Path | None,
        typer.Option(help="LongMemEval file; folder to grow from; .npy, .fvecs, .bvecs or .hdf5 file."),
    ] = None,
    locomo: Annotated[Path | None, typer.Option(help="LoCoMo file whose questions are asked too.")] = None,
    model: Annotated[Path | None, typer.Option(help="sentence-transformers folder instead of ONNX.")] = None,
    vectors: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100_000,
    queries: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    held: Annotated[int, typer.Option(min=0, help="Held-out notes as further queries.")] = 500,
    seed: Annotated[int, typer.Option(help="Chooses texts, queries and variants.")] = 7,
) -> None:
    """Build a folder for `ann`: embedded conversations, word vectors, MNIST, growth, or converted files."""
    with clear_errors():
        options = DataOptions(name, out, source, locomo, model, vectors, queries, held, seed)
        build_dataset(options, report_console())


@app.command()
def ann_cases(
    folder: Annotated[Path, typer.Argument(help="Folder as for `ann`.")],
    case: Annotated[list[str] | None, typer.Option(help=f"Some only: {', '.join(CASES)}.")] = None,
    notes: Annotated[int, typer.Option(min=100, help="Notes to insert and delete one by one.")] = 20_000,
    namespaces: Annotated[int, typer.Option(min=10, help="Small namespaces.")] = 10_000,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long readers read.")] = 3.0,
    rounds: Annotated[int, typer.Option(min=7, help="Interleaved rounds for each ratio.")] = 7,
    peer: Annotated[list[str] | None, typer.Option(help="Peers for the case of small namespaces.")] = None,
    install: Annotated[bool, typer.Option("--install", help="Install the peers first where missing.")] = False,
    environments: Annotated[Path | None, typer.Option(help="Folder of the peers' environments.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Report file with the figures.")] = None,
) -> None:
    """Measure filters, growth, churn, identical notes, many and small namespaces, and readers beside a writer."""
    with clear_errors():
        run_cases(
            CaseOptions(
                folder=folder,
                cases=case or CASES,
                sizes={"notes": notes, "namespaces": namespaces, "seconds": seconds},
                peers=peer or [],
                rounds=rounds,
                install=install,
                environments=environments,
                json=json_file,
            ),
            report_console(),
        )
