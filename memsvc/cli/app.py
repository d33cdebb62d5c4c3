"""All commands joined in one application."""

from __future__ import annotations

import typer

from memsvc.cli import (
    benchmarks,
    chat,
    db,
    demo,
    evolving,
    graph,
    guard,
    index,
    ingest,
    jobs,
    keys,
    links,
    llm,
    policy,
    recall,
    retention,
    serve,
    stats,
    thoughts,
    transfer,
    usage,
    worker,
)
from memsvc.cli.failures import FailureGroup

__all__ = ["build_app"]


_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def build_app() -> typer.Typer:
    """Return the application behind the `memsvc` command."""
    app = typer.Typer(
        name="memsvc",
        cls=FailureGroup,
        help="Long-term memory for LLM agents.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.command("serve")(serve.serve)
    app.command("demo")(demo.demo)
    app.command("worker")(worker.worker)
    app.command("ingest")(ingest.ingest)
    app.command("recall")(recall.recall)
    app.command("chat")(chat.chat)
    app.command("export")(transfer.export)
    app.command("import")(transfer.import_)
    app.command("stats")(stats.stats)
    app.command("attributes")(links.attributes)
    app.command("history")(evolving.history)
    app.command("evolve")(evolving.evolve)
    app.command("revert")(evolving.revert)
    app.command("consolidate")(evolving.consolidate)
    app.command("usage")(usage.usage)
    app.command("retention")(retention.retention)
    app.add_typer(keys.build_app(), name="keys")
    app.add_typer(links.build_app(), name="links")
    app.add_typer(jobs.build_app(), name="jobs")
    app.add_typer(policy.build_app(), name="policy")
    app.add_typer(graph.build_app(), name="graph")
    app.add_typer(thoughts.build_app(), name="thoughts")
    app.add_typer(guard.build_app(), name="guard")
    app.add_typer(db.build_app(), name="db")
    app.add_typer(index.build_app(), name="index")
    app.add_typer(llm.build_app(), name="llm")
    app.command("eval", context_settings=_PASSED_ON, add_help_option=False)(benchmarks.eval_)
    return app
