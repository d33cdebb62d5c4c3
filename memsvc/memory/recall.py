"""Recall: candidates from the retriever, checked against SQL, cut to what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from memsvc.domain.notes import Note
from memsvc.domain.policies import RetentionPolicy
from memsvc.domain.recall import ArmScore, Hit, Level, Mode, RecallQuery, RecallResult, SessionHit
from memsvc.domain.scope import Scope
from memsvc.domain.selection import selects
from memsvc.domain.time import utc
from memsvc.errors import EmbedderMismatch, EmbedderUnavailable, InvalidInput
from memsvc.memory.checks import check_query_text
from memsvc.memory.context import Context
from memsvc.memory.decay import decayed
from memsvc.memory.linked import linked_hits
from memsvc.memory.policy import policy_of
from memsvc.memory.reranking import reranked, shortlist
from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import Candidates, NamespaceState, RetrievalRequest
from memsvc.ports.storage import Reader

__all__ = ["estimate_tokens", "recall"]

_NOTES_PER_SESSION = 3
_CHARS_PER_TOKEN = 4
_MOST_NOTES = 1000
_MOST_PROBES = 4096
# Asked as in the papers: the question as it is, and their own order.
_FAITHFUL = frozenset({Mode.AMEM, Mode.TIM})


def estimate_tokens(text: str) -> int:
    """Return the estimated number of LLM tokens of a text: a quarter of its characters, rounded up."""
    return -(-len(text) // _CHARS_PER_TOKEN)


def recall(context: Context, scope: Scope, query: RecallQuery) -> RecallResult:
    """Answer a question from one namespace; the embedder's failure leaves the lexical arms (`degraded`).

    Embedder and reranker work between transactions; the reranker's failure leaves the order as it was.

    Raises InvalidInput, EmbedderMismatch, and EmbedderUnavailable when nothing but vectors was asked.
    """
    _check(context, query)
    with context.storage.reader(scope) as reader:
        if reader.state is None:
            return RecallResult()
        faithful = query.mode in _FAITHFUL
        to_embed = query.text if faithful else context.retriever.to_embed(reader, reader.state, query.text)
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
            probes=query.probes,
        )
        candidates = context.retriever.retrieve(reader, state, request)
        retention = policy_of(reader).retention
        if not faithful:
            candidates = decayed(context.retriever, reader, candidates, retention, now=context.clock())
        degraded += candidates.degraded
        short = shortlist(reader, query, candidates, None if faithful else context.reranking)
        if short is None:
            answer = replace(_answer(reader, query, candidates), degraded=degraded)
            return _counted(context, scope, retention, answer)
    candidates, failed = reranked(context.retriever, query.text, candidates, short)
    with context.storage.reader(scope) as reader:
        answer = replace(_answer(reader, query, candidates), degraded=degraded + failed)
    return _counted(context, scope, retention, answer)


def _counted(context: Context, scope: Scope, retention: RetentionPolicy, answer: RecallResult) -> RecallResult:
    """Return the answer, its notes counted as recalled if the policy goes by it."""
    if retention.counts and context.recall_counts is not None:
        hits = [*answer.hits, *(hit for found in answer.sessions for hit in found.hits)]
        context.recall_counts.count(scope, [hit.note.id for hit in hits])
    return answer


def _answer(reader: Reader, query: RecallQuery, candidates: Candidates) -> RecallResult:
    if query.level is Level.SESSION:
        return _sessions(reader, query, candidates)
    answer = _notes(reader, query, candidates)
    return _with_linked(reader, query, candidates, answer) if query.mode is Mode.AMEM else answer


def _with_linked(reader: Reader, query: RecallQuery, candidates: Candidates, answer: RecallResult) -> RecallResult:
    """Return the answer with linked notes after its hits, while the token budget lasts."""
    earlier = candidates.fused.rows[: query.offset].tolist()
    hits, tokens = list(answer.hits), answer.tokens
    for extra in linked_hits(reader, query, answer.hits, earlier=earlier):
        cost = _cost(extra)
        if query.token_budget is not None and tokens + cost > query.token_budget:
            break
        tokens += cost
        hits.append(extra)
    return replace(answer, hits=tuple(hits), tokens=tokens)


def _check(context: Context, query: RecallQuery) -> None:
    check_query_text(query.text, context.limits)
    for name, value, low, high in (
        ("k", query.k, 1, 1000),
        ("neighbours", query.neighbours, 0, 20),
        ("offset", query.offset, 0, 1_000_000),
        ("probes", query.probes, 1, _MOST_PROBES),
    ):
        if not low <= value <= high:
            raise InvalidInput(f"/{name} must be {low} to {high}, not {value}")
    if query.probes != 1 and query.mode is not Mode.TIM:
        raise InvalidInput(
            f"/probes is for /mode tim, which looks into groups, not for {query.mode}; leave it out"
        )
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
        if query.mode in (Mode.DENSE, *_FAITHFUL):
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
