"""`memsvc export` and `memsvc import`: a namespace as lines of JSON, without loss."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.failures import BAD_INPUT
from memsvc.cli.formats.files import STDIN, open_input
from memsvc.cli.output import report, say
from memsvc.errors import InvalidInput

__all__ = ["counted", "export", "import_"]


def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write; - for standard output.")] = STDIN,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Write everything of a namespace, with history, as NDJSON; a file appears only when it is whole."""
    if json and output == STDIN:
        raise InvalidInput("--json and the export would both go to standard output; name a file with --output")
    from memsvc_evals.terminal import progress_bar

    lines = 0
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client, _sink(output) as sink:
        held = client.stats()
        total = 1 + len(client.policy_history()) + held.sessions + sum(held.notes.values())
        with progress_bar(namespace, total) as advance:
            for line in client.export():
                sink.write(line + b"\n")
                lines += 1
                advance()
    if output != STDIN:
        result = {"file": str(output), "lines": lines}
        report(result, [f"{lines} lines written to {output}"], as_json=json)


def import_(
    file: Annotated[Path, typer.Argument(help="File that `memsvc export` wrote; - for standard input.")],
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Restore an export: ids, times, versions and history as they were; what is there already is left.

    Two things differ: changes get new sequence numbers in the target, in the order of the file, and the
    tombstones of purged notes stay behind, since an export holds no note that is gone.
    """
    with (
        open_input(file) as lines,
        connected(Target(url, api_key, data_dir), namespace=namespace) as client,
    ):
        result = client.import_(counted(file, lines))
    for problem in result.problems:
        say(f"memsvc: {file}: line {problem.line}: {problem.detail}")
    summary = (
        f"{result.sessions} sessions and {result.notes} notes restored, {result.skipped} there already, "
        f"{result.failed} failed"
    )
    if result.left_out:
        summary += f"; {result.left_out} links and derivations left out, whose other note is not there"
    report(result.model_dump(mode="json"), [summary], as_json=json)
    raise typer.Exit(BAD_INPUT if result.failed else 0)


def counted(file: Path, lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines with progress; they are sent in batches, so it runs ahead by a batch at most."""
    from memsvc_evals.terminal import progress_bar

    if file == STDIN:
        yield from lines
        return
    with file.open("rb") as counted:
        total = sum(1 for _ in counted)
    with progress_bar(file.name, total) as advance:
        for line in lines:
            yield line
            advance()


@contextmanager
def _sink(output: Path) -> Iterator[BinaryIO]:
    if output == STDIN:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    unfinished = output.with_name(output.name + ".part")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)
