"""The answer: as many notes or sessions as were asked for and as the token budget holds."""

from __future__ import annotations

from dataclasses import replace

from memsvc.domain.recall import Hit, Level, Mode, RecallQuery, RecallResult, SessionHit
from memsvc.memory.influence import Judge
from memsvc.memory.linked import linked_hits
from memsvc.memory.presenting import presented_session
from memsvc.memory.recalling.confirming import confirmed, confirmed_sessions
from memsvc.memory.recalling.hits import cost, make_hit
from memsvc.ports.ranking import Candidates
from memsvc.ports.storage import Reader

__all__ = ["answer"]


def answer(reader: Reader, query: RecallQuery, candidates: Candidates, judge: Judge) -> RecallResult:
    """Return the page of the answer that the query asks for."""
    if query.level is Level.SESSION:
        return _sessions(reader, query, candidates, judge)
    notes = _notes(reader, query, candidates, judge)
    return _with_linked(reader, query, candidates, notes, judge) if query.mode is Mode.AMEM else notes


def _notes(reader: Reader, query: RecallQuery, candidates: Candidates, judge: Judge) -> RecallResult:
    hits: list[Hit] = []
    tokens = 0
    for found in confirmed(reader, query, candidates, judge):
        if len(hits) == query.k:
            return RecallResult(hits=tuple(hits), tokens=tokens, next_offset=found.position)
        if query.min_score is not None and found.score < query.min_score:
            break
        hit = make_hit(reader, query, candidates, found, judge)
        more = cost(hit)
        if query.token_budget is not None and tokens + more > query.token_budget:
            break
        tokens += more
        hits.append(hit)
    return RecallResult(hits=tuple(hits), tokens=tokens)


def _with_linked(
    reader: Reader, query: RecallQuery, candidates: Candidates, notes: RecallResult, judge: Judge
) -> RecallResult:
    """Return the answer with linked notes after its hits, while the token budget lasts."""
    earlier = candidates.fused.rows[: query.offset].tolist()
    hits, tokens = list(notes.hits), notes.tokens
    for extra in linked_hits(reader, query, notes.hits, judge, earlier=earlier):
        if query.token_budget is not None and tokens + cost(extra) > query.token_budget:
            break
        tokens += cost(extra)
        hits.append(extra)
    return replace(notes, hits=tuple(hits), tokens=tokens)


def _sessions(reader: Reader, query: RecallQuery, candidates: Candidates, judge: Judge) -> RecallResult:
    page = confirmed_sessions(reader, query, candidates, judge, count=query.k)
    known = {session.row: session for session in reader.sessions_by_row([each.session_row for each, _ in page])}
    hits: list[SessionHit] = []
    tokens = 0
    for each, notes in page:
        if not notes or each.session_row not in known:
            continue
        if query.min_score is not None and each.score < query.min_score:
            break
        inner = tuple(make_hit(reader, query, candidates, found, judge) for found in notes)
        more = sum(map(cost, inner))
        if query.token_budget is not None and tokens + more > query.token_budget:
            break
        tokens += more
        hits.append(SessionHit(presented_session(known[each.session_row]), each.score, inner))
    end = query.offset + len(page)
    going_on = end if end < len(candidates.sessions) and len(hits) == query.k else None
    return RecallResult(sessions=tuple(hits), tokens=tokens, next_offset=going_on)
