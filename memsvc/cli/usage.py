"""`memsvc usage`: what language models took."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.output import one_line, report

if TYPE_CHECKING:
    from memsvc.wire import Usage, UsageTotals

__all__ = ["usage"]


def usage(
    since: Annotated[
        datetime | None,
        typer.Option(help="First day (UTC); by default 30 days.", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD"),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(help="Last day (UTC); by default today.", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD"),
    ] = None,
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", help="Only calls for this one.", metavar="NAME")
    ] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Show the calls of language models by day, operation and model: tokens, cost, time."""
    with connected(Target(url, api_key, data_dir)) as client:
        found = client.usage(
            since=None if since is None else since.date(),
            until=None if until is None else until.date(),
            namespace=namespace,
        )
    report(found.model_dump(mode="json"), _lines(found), as_json=json)


def _lines(found: Usage) -> Iterator[str]:
    for item in found.items:
        yield f"{item.day} {item.operation} ({one_line(item.model)}): {_figures(item)}"
    yield f"{found.since} to {found.until}: {_figures(found.totals)}"


def _figures(sums: UsageTotals) -> str:
    mean = sums.milliseconds / sums.calls if sums.calls else 0
    return (
        f"{sums.calls} calls ({sums.failed} failed), {sums.cached} from the cache, {sums.prompt_tokens:,} + "
        f"{sums.completion_tokens:,} tokens, cost {sums.cost:.6f}, {mean:,.0f} ms each"
    )
