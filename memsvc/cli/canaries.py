"""`memsvc guard canaries`: sentinel questions, whose answers must not change without an explanation."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.failures import PROBLEMS_FOUND
from memsvc.cli.guard_lines import canary_line
from memsvc.cli.output import one_line, report

__all__ = ["build_app"]

_Name: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="The canary's name.")]


def build_app() -> typer.Typer:
    app = typer.Typer(help="Sentinel questions (list, put, delete, check).", no_args_is_help=True)
    for command in (list_, put, delete, check):
        app.command(command.__name__.strip("_"))(command)
    return app


def list_(
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """List the canaries with how many notes each is expected to find."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        items = client.canaries()
    lines = [f"{item.id}  {len(item.expected)} of {item.k}  {one_line(item.question)}" for item in items]
    report({"items": [item.model_dump(mode="json") for item in items]}, lines or ["no canaries"], as_json=json)


def put(
    name: _Name,
    question: Annotated[str, typer.Argument(help="What to ask.")],
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=100, help="How many notes of the answer count.")] = 5,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Keep a question; the notes that it finds now are those expected."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        kept = client.put_canary(name, question, k=k)
    line = f"{name} is expected to find {', '.join(kept.expected) or 'nothing'}"
    report(kept.model_dump(mode="json"), [line], as_json=json)


def delete(
    name: _Name,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Remove a canary."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        left = client.delete_canary(name)
    result = {"items": [item.model_dump(mode="json") for item in left]}
    report(result, [f"{name} is removed, {len(left)} left"], as_json=json)


def check(
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Ask every canary again; exit code 3 when an answer has changed and the journal does not explain it."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        checks = client.check_canaries()
    result = {"items": [each.model_dump(mode="json") for each in checks]}
    report(result, [canary_line(each) for each in checks] or ["no canaries"], as_json=json)
    raise typer.Exit(0 if all(each.explained for each in checks) else PROBLEMS_FOUND)
