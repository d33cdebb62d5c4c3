"""Recall: candidates from the retriever, checked against SQL, cut to what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from memsvc.domain.notes import Note
from memsvc.domain.recall import ArmScore, Hit, Level, Mode, RecallQuery, RecallResult, SessionHit
from memsvc.domain.scope import Scope
from memsvc.domain.selection import selects
from memsvc.domain.time import utc
from memsvc.errors import EmbedderMismatch, EmbedderUnavailable, InvalidInput
from memsvc.memory.checks import check_query_text
from memsvc.memory.context import Context
from memsvc.memory.reranking import reranked, shortlist
from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import Candidates, NamespaceState, RetrievalRequest
from memsvc.ports.storage import Reader

__all__ = ["estimate_tokens", "recall"]

_NOTES_PER_SESSION = 3
_CHARS_PER_TOKEN = 4
_MOST_NOTES = 1000


def estimate_tokens(text: str) -> int:
    """Return the estimated number of LLM tokens of a text: a quarter of its characters, rounded up."""
    return -(-len(text) // _CHARS_PER_TOKEN)


def recall(context: Context, scope: Scope, query: RecallQuery) -> RecallResult:
    """Answer a question from one namespace; the embedder's failure leaves the lexical arms (`degraded`).

    Embedder and reranker work between transactions; the reranker's failure leaves the order as it was.

    Raises InvalidInput, EmbedderMismatch, and EmbedderUnavailable when only the dense arm was asked for.
    """
    _check(context, query)
    with context.storage.reader(scope) as reader:
        if reader.state is None:
            return RecallResult()
        to_embed = context.retriever.to_embed(reader, reader.state, query.text)
    vector, degraded = _query_vector(context, query, to_embed)
    with context.storage.reader(scope) as reader:
        state = reader.state
        if state is None:
            return RecallResult(degraded=degraded)
        if vector is not None and not state.model.comparable(context.embedder.model):
            raise _mismatch(context, state)
        request = RetrievalRequest(
            text=query.text,
            vector=vector,
            mode=query.mode,
            level=query.level,
            depth=max(query.depth or context.recall_depth, query.k),
            selection=query.selection,
            asked_at=utc(query.asked_at) if query.asked_at else context.clock(),
        )
        candidates = context.retriever.retrieve(reader, state, request)
        short = shortlist(reader, query, candidates, context.reranking)
        if short is None:
            return replace(_answer(reader, query, candidates), degraded=degraded)
    candidates, failed = reranked(context.retriever, query.text, candidates, short)
    with context.storage.reader(scope) as reader:
        return replace(_answer(reader, query, candidates), degraded=degraded + failed)


def _answer(reader: Reader, query: RecallQuery, candidates: Candidates) -> RecallResult:
    cut = _sessions if query.level is Level.SESSION else _notes
    return cut(reader, query, candidates)


def _check(context: Context, query: RecallQuery) -> None:
    check_query_text(query.text, context.limits)
    for name, value, low, high in (
        ("k", query.k, 1, 1000),
        ("neighbours", query.neighbours, 0, 20),
        ("offset", query.offset, 0, 1_000_000),
    ):
        if not low <= value <= high:
            raise InvalidInput(f"/{name} must be {low} to {high}, not {value}")
    if (most := query.k * (1 + 2 * query.neighbours)) > _MOST_NOTES:
        raise InvalidInput(
            f"/neighbours {query.neighbours} with /k {query.k} may give {most} notes; "
            f"k * (1 + 2 * neighbours) must be at most {_MOST_NOTES}"
        )


def _mismatch(context: Context, state: NamespaceState) -> EmbedderMismatch:
    return EmbedderMismatch(
        f"the namespace holds vectors of {state.model.id} ({state.model.dimension}-d) but the service embeds with "
        f"{context.embedder.model.id}; start it with that embedder or re-embed the namespace"
    )


def _query_vector(context: Context, query: RecallQuery, text: str) -> tuple[Vector | None, tuple[str, ...]]:
    if query.mode is Mode.LEXICAL:
        return None, ()
    try:
        return context.embedder.embed_query(text), ()
    except EmbedderUnavailable as error:
        if query.mode is Mode.DENSE:
            raise
        return None, (f"dense: {error.detail}",)


def _notes(reader: Reader, query: RecallQuery, candidates: Candidates) -> RecallResult:
    hits: list[Hit] = []
    tokens = 0
    for position, note, score in _confirmed(reader, query, candidates):
        if len(hits) == query.k:
            return RecallResult(hits=tuple(hits), tokens=tokens, next_offset=position)
        if query.min_score is not None and score < query.min_score:
            break
        hit = _hit(reader, query, candidates, note, score)
        cost = _cost(hit)
        if query.token_budget is not None and tokens + cost > query.token_budget:
            break
        tokens += cost
        hits.append(hit)
    return RecallResult(hits=tuple(hits), tokens=tokens)


def _cost(hit: Hit) -> int:
    tokens = estimate_tokens(hit.note.content)
    for note in (*hit.before, *hit.after):
        tokens += estimate_tokens(note.content)
    return tokens


def _confirmed(reader: Reader, query: RecallQuery, candidates: Candidates) -> Iterator[tuple[int, Note, float]]:
    """Yield (position, note, score) of what SQL still has and selects: an index may know less than the truth."""
    rows = candidates.fused.rows.tolist()
    scores = candidates.fused.scores.tolist()
    start = query.offset
    while start < len(rows):
        end = min(len(rows), start + query.k + 1)
        found = {note.row: note for note in reader.notes_by_row(rows[start:end])}
        for position in range(start, end):
            note = found.get(rows[position])
            if note is not None and selects(query.selection, note):
                yield position, note, scores[position]
        start = end


def _hit(reader: Reader, query: RecallQuery, candidates: Candidates, note: Note, score: float) -> Hit:
    arms = _arm_scores(candidates, note.row) if query.explain else {}
    if not query.neighbours:
        return Hit(note, score, arms)
    before, after = reader.around(note, count=query.neighbours)
    return Hit(note, score, arms, tuple(before), tuple(after))


def _arm_scores(candidates: Candidates, row: int) -> dict[str, ArmScore]:
    scores = {}
    for name, ranked in candidates.arms.items():
        places = (ranked.rows == row).nonzero()[0]
        if len(places):
            place = int(places[0])
            scores[name] = ArmScore(place + 1, float(ranked.scores[place]))
    return scores


def _sessions(reader: Reader, query: RecallQuery, candidates: Candidates) -> RecallResult:
    page = candidates.sessions[query.offset : query.offset + query.k]
    found = {session.row: session for session in reader.sessions_by_row([c.session_row for c in page])}
    best = [row for c in page for row in c.note_rows[:_NOTES_PER_SESSION]]
    notes = {note.row: note for note in reader.notes_by_row(best) if selects(query.selection, note)}
    scores = dict(zip(candidates.fused.rows.tolist(), candidates.fused.scores.tolist(), strict=True))
    hits: list[SessionHit] = []
    tokens = 0
    for candidate in page:
        rows = [row for row in candidate.note_rows[:_NOTES_PER_SESSION] if row in notes]
        if not rows or candidate.session_row not in found:
            continue
        if query.min_score is not None and candidate.score < query.min_score:
            break
        inner = tuple(_hit(reader, query, candidates, notes[row], scores[row]) for row in rows)
        cost = sum(map(_cost, inner))
        if query.token_budget is not None and tokens + cost > query.token_budget:
            break
        tokens += cost
        hits.append(SessionHit(found[candidate.session_row], candidate.score, inner))
    end = query.offset + len(page)
    more = end if end < len(candidates.sessions) and len(hits) == query.k else None
    return RecallResult(sessions=tuple(hits), tokens=tokens, next_offset=more)
