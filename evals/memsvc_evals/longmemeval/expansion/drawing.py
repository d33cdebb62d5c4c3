"""Draw the entries of a cache from a file's sessions, by rules or by a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from memsvc.ports.extraction import ExtractedKeys
from memsvc.ports.retrieval import Passage
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache, cache_id
from memsvc_evals.longmemeval.expansion.options import Expansion
from memsvc_evals.longmemeval.expansion.passages import round_passage, session_passage
from memsvc_evals.longmemeval.question import LmeSession, Question

__all__ = ["Draw", "draw_cache", "entry_of"]

Draw: TypeAlias = Callable[[Passage], ExtractedKeys]
Entry: TypeAlias = tuple[str, ...] | None


def draw_cache(
    questions: Iterable[Question],
    expansion: Expansion,
    draw: Draw,
    *,
    kept: ExpansionCache | None = None,
    on_entries: Callable[[ExpansionCache], None] = lambda _: None,
) -> ExpansionCache:
    """Draw each session or user turn once, however many haystacks have it; what is kept is not drawn again.

    `on_entries` gets all entries so far after each question that brought new ones.
    """
    entries: dict[str, Entry] = dict(kept.entries) if kept else {}
    for question in questions:
        before = len(entries)
        for session in question.haystack:
            for identity, turn in _parts(session, expansion):
                if cache_id(identity) not in entries:
                    passage = session_passage(session) if turn is None else round_passage(session, turn)
                    entries[cache_id(identity)] = entry_of(draw(passage), expansion)
        if len(entries) > before:
            on_entries(ExpansionCache(expansion, entries))
    return ExpansionCache(expansion, entries)


def _parts(session: LmeSession, expansion: Expansion) -> Iterator[tuple[str, int | None]]:
    """Yield the id of each part that the cache is about, with its turn (None: the whole session)."""
    if expansion.level == "session":
        yield session.id, None
        return
    for place, turn in enumerate(session.turns):
        if turn.role == "user":
            yield f"{session.id}_{place + 1}", place


def entry_of(drawn: ExtractedKeys, expansion: Expansion) -> Entry:
    """Return the slot of an expansion in the form of the cache: facts one by one, keyphrases joined by `; `."""
    if expansion.is_facts:
        return drawn.user_facts
    if expansion is Expansion.SESSION_SUMM:
        return None if drawn.summary is None else (drawn.summary,)
    return None if drawn.keyphrases is None else ("; ".join(drawn.keyphrases),)
