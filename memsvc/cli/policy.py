"""`memsvc policy`: what is done with the notes of a namespace beyond storing them."""

from __future__ import annotations

import json as json_
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.output import report
from memsvc.errors import InvalidInput

if TYPE_CHECKING:
    from memsvc.wire import PolicyVersion

__all__ = ["build_app"]


def build_app() -> typer.Typer:
    app = typer.Typer(
        help="The policy of a namespace: links, A-MEM, thoughts, retention, guard (show, set, history).",
        no_args_is_help=True,
    )
    app.command("show")(show)
    app.command("set")(set_)
    app.command("history")(history)
    return app


def show(
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Show the policy in force, as JSON that `memsvc policy set` takes."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        found = client.policy()
    report(found.model_dump(mode="json"), [_text(found)], as_json=json)


def set_(
    file: Annotated[
        typer.FileText, typer.Argument(help="A JSON file with the whole policy, - for standard input.")
    ],
    version: Annotated[
        int | None, typer.Option(help="Refuse unless this version is in force (0: none yet).", min=0)
    ] = None,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Put a policy in force; members left out have their defaults."""
    wanted = _object(file.read())
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        put = client.set_policy(wanted, version=version)
    report(put.model_dump(mode="json"), [f"version {put.version} of the policy is in force"], as_json=json)


def history(
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """List every version of the policy, oldest first."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        versions = client.policy_history()
    result = {"items": [version.model_dump(mode="json") for version in versions]}
    report(result, list(_lines(versions)) or ["no policy yet"], as_json=json)


def _object(text: str) -> dict[str, Any]:
    try:
        wanted = json_.loads(text)
    except ValueError as error:
        raise InvalidInput(f"the policy is not JSON ({error}); `memsvc policy show` prints one") from error
    if not isinstance(wanted, dict):
        raise InvalidInput("the policy must be a JSON object; `memsvc policy show` prints one")
    return wanted


def _text(version: PolicyVersion) -> str:
    return json_.dumps(version.policy.model_dump(mode="json"), indent=2)


def _lines(versions: tuple[PolicyVersion, ...]) -> Iterator[str]:
    for version in versions:
        yield f"version {version.version}, {version.at:%Y-%m-%d %H:%M} by {version.actor}"
        yield _text(version)
