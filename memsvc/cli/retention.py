"""`memsvc retention`: forget and admit notes by the policy of a namespace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.output import one_line, report

if TYPE_CHECKING:
    from memsvc.wire import RetentionReport

__all__ = ["retention"]


def retention(
    namespace: options.Namespace = "default",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Forget and admit notes by the policy, at most 10,000; what is forgotten can be restored."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        result = client.sweep(dry_run=dry_run)
    report(result.model_dump(mode="json"), _lines(result), as_json=json)


def _lines(result: RetentionReport) -> Iterator[str]:
    for step in result.steps:
        yield f"{step.action} {step.note}: {one_line(step.reason)}"
    done = "would change" if result.dry_run else "changed"
    yield f"{len(result.steps)} notes {done}" + ("; there are more" if result.more else "")
