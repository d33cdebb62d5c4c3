"""Calls that carry newline-delimited JSON: ingest, import and export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from memsvc.client._codec import build, path, reader
from memsvc.client._exchange import Call, Outcome, Request
from memsvc.client._problems import checked
from memsvc.errors import InvalidInput, ServerFault
from memsvc.wire import ImportProblem, ImportReport, IngestOutcome, ItemError, NewSession

__all__ = [
    "Batch",
    "LineSplitter",
    "export",
    "import_lines",
    "ingest",
    "joined",
    "line_batches",
    "session_batches",
]

_NDJSON: Mapping[str, str] = {"content-type": "application/x-ndjson"}
_MAX_LINES = 64
_MAX_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive lines with their numbers from 1, and outcomes that are known without asking."""

    lines: tuple[bytes, ...]
    numbers: tuple[int, ...]
    refused: tuple[IngestOutcome, ...] = ()


def session_batches(
    sessions: Iterable[NewSession | Mapping[str, Any]], new_id: Callable[[], str]
) -> Iterator[Batch]:
    """Cut sessions into bodies of about 1 MiB; each gets an id, so that sending it again adds nothing."""
    refused: list[IngestOutcome] = []
    pending: list[tuple[int, bytes]] = []
    size = 0
    for number, given in enumerate(sessions, start=1):
        try:
            line = _session_line(given, new_id)
        except InvalidInput as error:
            reason = ItemError(code=error.code, detail=error.detail)
            refused.append(IngestOutcome(line=number, status="failed", error=reason))
            continue
        pending.append((number, line))
        size += len(line)
        if len(pending) >= _MAX_LINES or size >= _MAX_BYTES:
            yield _batch(pending, refused)
            pending, refused, size = [], [], 0
    if pending or refused:
        yield _batch(pending, refused)


def line_batches(lines: Iterable[bytes | str]) -> Iterator[Batch]:
    """Cut the lines of an export into bodies of about 1 MiB; blank lines are left out."""
    pending: list[tuple[int, bytes]] = []
    size = 0
    for number, given in enumerate(lines, start=1):
        line = (given.encode() if isinstance(given, str) else given).strip()
        if not line:
            continue
        pending.append((number, line))
        size += len(line)
        if len(pending) >= _MAX_LINES * 16 or size >= _MAX_BYTES:
            yield _batch(pending, [])
            pending, size = [], 0
    if pending:
        yield _batch(pending, [])


def ingest(namespace: str, batch: Batch) -> Call[tuple[IngestOutcome, ...]]:
    """Return the call of a batch; its outcomes carry the line numbers of the whole stream."""

    def read(outcome: Outcome) -> tuple[IngestOutcome, ...]:
        answered = [_outcome(line, batch) for line in checked(outcome).body.splitlines() if line.strip()]
        if len(answered) != len(batch.lines):
            raise ServerFault(f"{len(batch.lines)} sessions were sent and {len(answered)} outcomes came back")
        return tuple(sorted((*answered, *batch.refused), key=lambda each: each.line))

    return Call(_post(path("namespaces", namespace, "ingest"), batch), read)


def import_lines(namespace: str, batch: Batch) -> Call[ImportReport]:
    read = reader(ImportReport)

    def renumbered(outcome: Outcome) -> ImportReport:
        report = read(outcome)
        problems = tuple(_at(problem, batch) for problem in report.problems)
        return report.model_copy(update={"problems": problems})

    return Call(_post(path("namespaces", namespace, "import"), batch), renumbered)


def joined(reports: Iterable[ImportReport]) -> ImportReport:
    """Return the sum of the reports of all batches."""
    total = ImportReport(sessions=0, notes=0, skipped=0, failed=0)
    for report in reports:
        total = ImportReport(
            sessions=total.sessions + report.sessions,
            notes=total.notes + report.notes,
            skipped=total.skipped + report.skipped,
            failed=total.failed + report.failed,
            problems=total.problems + report.problems,
        )
    return total


def export(namespace: str) -> Request:
    return Request("GET", path("namespaces", namespace, "export"))


class LineSplitter:
    """Cuts chunks of bytes into whole lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the lines that are complete now, without their ends."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [line for line in lines if line]

    def end(self) -> list[bytes]:
        """Return what is left when no chunk follows."""
        return [self._rest] if self._rest else []


def _session_line(given: NewSession | Mapping[str, Any], new_id: Callable[[], str]) -> bytes:
    session = given if isinstance(given, NewSession) else build(NewSession, given)
    if session.id is None:
        session = session.model_copy(update={"id": new_id()})
    return session.model_dump_json(exclude_unset=True).encode()


def _batch(pending: list[tuple[int, bytes]], refused: list[IngestOutcome]) -> Batch:
    return Batch(tuple(line for _, line in pending), tuple(n for n, _ in pending), tuple(refused))


def _post(target: str, batch: Batch) -> Request:
    return Request("POST", target, b"\n".join(batch.lines) + b"\n", _NDJSON)


def _outcome(line: bytes, batch: Batch) -> IngestOutcome:
    try:
        outcome = IngestOutcome.model_validate_json(line)
    except ValidationError as error:
        raise ServerFault("an outcome of the ingest cannot be read") from error
    return outcome.model_copy(update={"line": batch.numbers[outcome.line - 1]})


def _at(problem: ImportProblem, batch: Batch) -> ImportProblem:
    return problem.model_copy(update={"line": batch.numbers[problem.line - 1]})
