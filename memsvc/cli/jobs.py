"""`memsvc jobs`: background work, as an operator sees it."""

from __future__ import annotations

from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.output import one_line, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memsvc.wire import Job, JobStatus

__all__ = ["build_app"]

_JobArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="JOB", help="Its id, as `memsvc jobs list` shows.")
]


class StatusOption(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


def build_app() -> typer.Typer:
    app = typer.Typer(help="Background jobs (list, show, cancel, retry).", no_args_is_help=True)
    app.command("list")(list_)
    app.command("show")(show)
    app.command("cancel")(cancel)
    app.command("retry")(retry)
    return app


def list_(
    status: Annotated[StatusOption | None, typer.Option(help="Only jobs of this status.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only jobs of this kind.")] = None,
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", help="Only jobs of this namespace.", metavar="NAME")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 50,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """List jobs, newest first."""
    wanted: JobStatus | None = None if status is None else status.value
    with connected(Target(url, api_key, data_dir)) as client:
        found = client.jobs(status=wanted, kind=kind, namespace=namespace, page_size=min(limit, 200))
        items = list(islice(found, limit))
    result = {"items": [item.model_dump(mode="json") for item in items]}
    report(result, [_line(item) for item in items] or ["no jobs"], as_json=json)


def show(
    job: _JobArgument,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Show a job in full."""
    with connected(Target(url, api_key, data_dir)) as client:
        _report(client.job(job), as_json=json)


def cancel(
    job: _JobArgument,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Call off a queued or running job."""
    with connected(Target(url, api_key, data_dir)) as client:
        _report(client.cancel_job(job), as_json=json)


def retry(
    job: _JobArgument,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Queue a failed or cancelled job again."""
    with connected(Target(url, api_key, data_dir)) as client:
        _report(client.retry_job(job), as_json=json)


def _report(job: Job, *, as_json: bool) -> None:
    report(job.model_dump(mode="json"), _details(job), as_json=as_json)


def _line(job: Job) -> str:
    error = f"  {one_line(job.error)}" if job.error else ""
    return f"{job.id}  {job.status:9}  {job.kind}  {job.namespace}  {job.created_at:%Y-%m-%d %H:%M}{error}"


def _details(job: Job) -> Iterator[str]:
    for name, value in job.model_dump(mode="json").items():
        if value is not None:
            yield f"{name}: {one_line(str(value))}"
