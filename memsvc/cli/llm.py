"""`memsvc llm`: try the language model of the settings."""

from __future__ import annotations

import typer

from memsvc.cli import options
from memsvc.cli.connection import opened
from memsvc.cli.failures import PROBLEMS_FOUND
from memsvc.cli.output import one_line, report

__all__ = ["build_app"]


def build_app() -> typer.Typer:
    app = typer.Typer(help="Try the language model of the settings.", no_args_is_help=True)
    app.callback()(lambda: None)
    app.command("check")(check)
    return app


def check(data_dir: options.DataDir = None, json: options.Json = False) -> None:
    """Ask the model one tiny question with a schema; exit code 3 when it needs repair or headings.

    It counts in `memsvc usage` as operation `check` of the local tenant.
    """
    from memsvc.domain.scope import LOCAL_TENANT, Scope
    from memsvc.errors import InvalidInput
    from memsvc_agents.llm.check import check_model

    with opened(data_dir) as app:
        if app.llm is None:
            raise InvalidInput("there is no language model: set MEMSVC_LLM__KIND and what docs/settings.md says")
        found = check_model(app.llm.fresh(Scope.of(LOCAL_TENANT, "default"), "check"))
    result = {
        "model": found.model,
        "way": found.way,
        "schema_held": found.way == "schema",
        "seconds": round(found.seconds, 3),
        "calls": found.calls,
        "prompt_tokens": found.prompt_tokens,
        "completion_tokens": found.completion_tokens,
    }
    told = {"schema": "held", "repaired": "held after one repair", "sections": "not held; headings worked"}
    lines = [
        f"model: {one_line(found.model)}",
        f"schema: {told.get(found.way, 'not held, nor did headings work')}",
        f"{found.calls} calls in {found.seconds:.2f} s, {found.prompt_tokens} + {found.completion_tokens} tokens",
    ]
    report(result, lines, as_json=json)
    raise typer.Exit(0 if found.way == "schema" else PROBLEMS_FOUND)
