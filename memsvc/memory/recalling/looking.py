"""One retrieval: a text, embedded, looked for, decayed and reranked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from memsvc.domain.policies import RetentionPolicy
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.domain.time import utc
from memsvc.errors import EmbedderMismatch, EmbedderUnavailable
from memsvc.memory.context import Context
from memsvc.memory.decay import decayed
from memsvc.memory.reranking import Shortlist, reranked, shortlist
from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import Candidates, NamespaceState, RetrievalRequest
from memsvc.ports.storage import Reader

__all__ = ["FAITHFUL", "Look", "Looked", "embedded", "finished", "look", "to_embed"]

# Asked as in the papers: the question as it is, and their own order.
FAITHFUL = frozenset({Mode.AMEM, Mode.TIM})


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked for: the query with the text that is asked and the notes that may be found.

    `embed` is what of the text is embedded; `vector` is None where nothing is, or the embedder is away.
    """

    query: RecallQuery
    embed: str = field(repr=False)
    vector: Vector | None = None
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found for a look, before a reranker has read its shortlist."""

    query: RecallQuery
    candidates: Candidates
    short: Shortlist | None
    degraded: tuple[str, ...]


def to_embed(context: Context, reader: Reader, state: NamespaceState, query: RecallQuery) -> Look:
    """Return the look for a query, not embedded yet."""
    faithful = query.mode in FAITHFUL
    return Look(query, query.text if faithful else context.retriever.to_embed(reader, state, query.text))


def embedded(context: Context, sought: Look) -> Look:
    """Return the look with its vector; raises EmbedderUnavailable when nothing but vectors was asked."""
    mode = sought.query.mode
    if mode is Mode.LEXICAL:
        return sought
    try:
        return replace(sought, vector=context.embedder.embed_query(sought.embed))
    except EmbedderUnavailable as error:
        if mode in (Mode.DENSE, *FAITHFUL):
            raise
        return replace(sought, degraded=(f"dense: {error.detail}",))


def look(
    context: Context, reader: Reader, state: NamespaceState, sought: Look, retention: RetentionPolicy
) -> Looked:
    """Find the candidates of a look; raises EmbedderMismatch."""
    query, vector = sought.query, sought.vector
    if vector is not None and not state.model.comparable(context.embedder.model):
        raise _mismatch(context, state)
    now = context.clock()
    request = RetrievalRequest(
        text=query.text,
        vector=vector,
        mode=query.mode,
        level=query.level,
        depth=max(query.depth or context.recall_depth, query.k),
        selection=query.selection,
        asked_at=utc(query.asked_at) if query.asked_at else now,
        probes=query.probes,
    )
    candidates = context.retriever.retrieve(reader, state, request)
    faithful = query.mode in FAITHFUL
    if not faithful:
        candidates = decayed(context.retriever, reader, candidates, retention, now=now)
    short = None if faithful else shortlist(reader, query, candidates, context.reranking)
    return Looked(query, candidates, short, sought.degraded + candidates.degraded)


def finished(context: Context, looked: Looked) -> Looked:
    """Return what was found in the reranker's order; its failure leaves the order as it was."""
    if looked.short is None:
        return looked
    candidates, failed = reranked(context.retriever, looked.query.text, looked.candidates, looked.short)
    return replace(looked, candidates=candidates, short=None, degraded=looked.degraded + failed)


def _mismatch(context: Context, state: NamespaceState) -> EmbedderMismatch:
    return EmbedderMismatch(
        f"the namespace holds vectors of {state.model.id} ({state.model.dimension}-d) but the service embeds with "
        f"{context.embedder.model.id}; start it with that embedder or re-embed the namespace"
    )
