"""Sessions as a stream: one per line in, one outcome per line out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from anyio import to_thread
from starlette.responses import Response

from memsvc import wire
from memsvc.api.bodies import NDJSON
from memsvc.api.context import Call
from memsvc.api.convert import inbound, outbound
from memsvc.api.endpoints import Endpoint
from memsvc.api.ndjson import Line, LinesResponse, batches_of_lines
from memsvc.api.parameters import Namespace
from memsvc.api.validation import parse
from memsvc.domain.access import AccessScope
from memsvc.domain.drafts import NewSession, SessionOutcome
from memsvc.domain.scope import Scope
from memsvc.errors import MemsvcError, PayloadTooLarge

__all__ = ["INGEST"]


async def ingest(call: Call, namespace: Namespace) -> Response:
    """Remember sessions sent as NDJSON, one per line; a bad line fails alone, with its number.

    Outcomes are sent while the body is still read: a client that sends everything before it reads should send
    at most about a thousand sessions per request.
    """
    return LinesResponse(_answers(call, call.scope(namespace)))


async def _answers(call: Call, scope: Scope) -> AsyncIterator[bytes]:
    backend = call.backend
    async for lines in batches_of_lines(call.request, limit=backend.settings.max_body_bytes):
        outcomes = await to_thread.run_sync(_remember, call, scope, lines, limiter=backend.threads)
        yield b"".join(outcome.model_dump_json().encode() + b"\n" for outcome in outcomes)


def _remember(call: Call, scope: Scope, lines: Sequence[Line]) -> list[wire.IngestOutcome]:
    sessions: dict[int, NewSession] = {}
    outcomes: dict[int, wire.IngestOutcome] = {}
    for line in lines:
        try:
            sessions[line.number] = inbound.new_session(_parsed(line, call.backend.settings.max_body_bytes))
        except MemsvcError as error:
            outcomes[line.number] = _failed(line.number, error)
    try:
        done = _stored(call, scope, list(sessions.values()))
    except MemsvcError as error:
        outcomes.update({number: _failed(number, error) for number in sessions})
    else:
        for number, outcome in zip(sessions, done, strict=True):
            sent = outbound.session_outcome(outcome)
            outcomes[number] = wire.IngestOutcome(line=number, **dict(sent))
    return [outcomes[line.number] for line in lines]


def _stored(call: Call, scope: Scope, sessions: list[NewSession]) -> tuple[SessionOutcome, ...]:
    if not sessions:
        return ()
    done = call.service.remember_sessions(scope, sessions, actor=call.actor).outcomes
    call.backend.metrics.told(round_.status for outcome in done for round_ in outcome.rounds)
    return done


def _parsed(line: Line, limit: int) -> wire.NewSession:
    if line.text is None:
        raise PayloadTooLarge(f"the line is over {limit} bytes; split the session or raise MEMSVC_MAX_BODY_BYTES")
    return parse(wire.NewSession, line.text, what="the line")


def _failed(number: int, error: MemsvcError) -> wire.IngestOutcome:
    problem = wire.ItemError(code=error.code, detail=error.detail)
    return wire.IngestOutcome(line=number, status="failed", error=problem)


INGEST = (
    Endpoint(
        "POST",
        "/v1/namespaces/{namespace}/ingest",
        ingest,
        scope=AccessScope.WRITE,
        body=wire.NewSession,
        request_media_type=NDJSON[0],
        answers={200: wire.IngestOutcome},
        media_type=NDJSON[0],
    ),
)
