"""Export and import of a namespace as NDJSON, without loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from anyio import to_thread
from pydantic import BaseModel, RootModel
from starlette.responses import Response

from memsvc import wire
from memsvc.api.bodies import NDJSON
from memsvc.api.context import Call
from memsvc.api.convert import records
from memsvc.api.convert.guard_records import without_guard
from memsvc.api.convert.policies import policy_line, policy_record
from memsvc.api.endpoints import Endpoint
from memsvc.api.ndjson import Line, LinesResponse, batches_of_lines, in_threads
from memsvc.api.parameters import Namespace
from memsvc.api.replies import reply
from memsvc.api.validation import parse
from memsvc.domain.access import AccessScope
from memsvc.domain.scope import Scope
from memsvc.errors import MemsvcError, PayloadTooLarge

__all__ = ["TRANSFER", "ExportedLine"]

_MAX_PROBLEMS = 100


class ExportedLine(RootModel[wire.ExportLine]):
    """One line of an export: the header, a policy, a session, or a note."""


def export_namespace(call: Call, namespace: Namespace) -> Response:
    """Write everything of a namespace as NDJSON: a header, policies, sessions, notes with history.

    What the guard knows of the notes is for administrators: other keys get the lines without it.
    """
    lines = _lines(call, call.scope(namespace))
    return LinesResponse(in_threads(lines, call.request, call.backend.threads))


def _lines(call: Call, scope: Scope) -> Iterator[bytes]:
    all_known = call.caller.may(AccessScope.ADMIN)
    yield _line(wire.HeaderRecord(namespace=scope.namespace, guard=all_known))
    for version in call.service.policy_history(scope):
        yield _line(policy_line(version))
    last = 0
    for session, digest in call.service.export_sessions(scope):
        last = session.row
        yield _line(records.session_line(session, digest))
    for record, history in call.service.export_notes(scope, last_session=last):
        yield _line(records.note_line(record if all_known else without_guard(record), history))


def _line(model: BaseModel) -> bytes:
    return model.model_dump_json().encode() + b"\n"


@dataclass(slots=True)
class _Tally:
    sessions: int = 0
    notes: int = 0
    skipped: int = 0
    failed: int = 0
    left_out: int = 0
    problems: list[wire.ImportProblem] = field(default_factory=list)

    def fail(self, line: int, error: MemsvcError) -> None:
        self.failed += 1
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(wire.ImportProblem(line=line, code=error.code, detail=error.detail))

    def report(self) -> wire.ImportReport:
        return wire.ImportReport(
            sessions=self.sessions,
            notes=self.notes,
            skipped=self.skipped,
            failed=self.failed,
            left_out=self.left_out,
            problems=tuple(self.problems),
        )


async def import_namespace(call: Call, namespace: Namespace) -> Response:
    """Take the lines of an export, from any namespace; what is there already is skipped, so it can be repeated."""
    scope, tally, backend = call.scope(namespace), _Tally(), call.backend
    async for lines in batches_of_lines(call.request, limit=backend.settings.max_body_bytes):
        await to_thread.run_sync(_import, call, scope, lines, tally, limiter=backend.threads)
    return reply(tally.report())


def _import(call: Call, scope: Scope, lines: Sequence[Line], tally: _Tally) -> None:
    for line in lines:
        try:
            _import_line(call, scope, line, tally)
        except MemsvcError as error:
            tally.fail(line.number, error)


def _import_line(call: Call, scope: Scope, line: Line, tally: _Tally) -> None:
    if line.text is None:
        raise PayloadTooLarge(f"the line is over {call.backend.settings.max_body_bytes} bytes")
    sent = parse(ExportedLine, line.text, what="the line").root
    if isinstance(sent, wire.SessionRecord):
        call.service.import_session(scope, records.session_record(sent), sent.digest)
        tally.sessions += 1
    elif isinstance(sent, wire.PolicyRecord):
        call.service.import_policy(scope, policy_record(sent), actor=call.actor)
    elif isinstance(sent, wire.NoteRecord):
        record, history = records.note_record(sent)
        imported = call.service.import_note(scope, record, history, actor=call.actor)
        tally.notes += imported.stored
        tally.skipped += not imported.stored
        tally.left_out += imported.left_out


TRANSFER = (
    Endpoint(
        "GET",
        "/v1/namespaces/{namespace}/export",
        export_namespace,
        scope=AccessScope.READ,
        answers={200: ExportedLine},
        media_type=NDJSON[0],
        errors=frozenset({404}),
    ),
    Endpoint(
        "POST",
        "/v1/namespaces/{namespace}/import",
        import_namespace,
        scope=AccessScope.ADMIN,
        body=ExportedLine,
        request_media_type=NDJSON[0],
        answers={200: wire.ImportReport},
        errors=frozenset({409, 507}),
    ),
)
