"""join=official: expansion as in the published code, for comparison with published numbers.

Its quirks are kept: an empty list drops the document (merge, replace), `noans` documents are never expanded,
`separate` adds documents with the raw (gold) id, and a repeated session id is expanded once per occurrence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.corpus import Document
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache
from memsvc_evals.longmemeval.expansion.options import Expansion, Form, Join
from memsvc_evals.longmemeval.expansion.pieces import Splitter, pieces_of
from memsvc_evals.longmemeval.question import Question
from memsvc_retrieval.keys.sentences import split_sentences

__all__ = ["join_official"]

_MOST_COPIES = 1_000_000
_SESSIONS_ONLY = (Expansion.SESSION_SUMM, Expansion.SESSION_KEYPHRASE)


@dataclass(frozen=True, slots=True)
class _Target:
    """What is expanded, under its raw id: the label is still in it."""

    id: str
    session: int
    turn: int | None = None


def join_official(
    question: Question,
    documents: tuple[Document, ...],
    *,
    cache: ExpansionCache,
    form: Form,
    sentences: Splitter = split_sentences,
) -> tuple[Document, ...]:
    """Return the documents to rank, session or turn level; gold is read from their ids afterwards.

    The original's sentences are NLTK's (`sent_tokenize`); only split forms of summaries use them. Raises
    InvalidInput for summaries or keyphrases of sessions over turns, as the original does, and where a repeated
    session id would give more than a million copies of a document.
    """
    if cache.expansion in _SESSIONS_ONLY and any(document.turn is not None for document in documents):
        raise InvalidInput(f"{cache.expansion} expands sessions, not turns")
    targets = tuple(_targets(question, cache.expansion))
    pieces = {
        target.id: pieces_of(cache.get(target.id), cache.expansion, split=form.split, sentences=sentences)
        for target in targets
    }
    if form.join is Join.SEPARATE:
        added = (Document(t.id, piece, t.session, t.turn) for t in targets for piece in pieces[t.id])
        return (*documents, *added)
    times = Counter(target.id for target in targets)
    return tuple(
        replace(document, text=text)
        for document in documents
        for text in _rewritten(document, pieces.get(document.id, ()), times=times[document.id], join=form.join)
    )


def _targets(question: Question, expansion: Expansion) -> Iterator[_Target]:
    for position, session in enumerate(question.haystack):
        if expansion.level == "session":
            yield _Target(session.id, position)
            continue
        for i, turn in enumerate(session.turns):
            if turn.role == "user":
                yield _Target(f"{session.id}_{i + 1}", position, i)


def _rewritten(document: Document, pieces: tuple[str, ...], *, times: int, join: Join) -> list[str]:
    """Return the texts that stand for a document after each of its occurrences has expanded all copies."""
    if len(pieces) ** times > _MOST_COPIES:
        raise InvalidInput(f"session {document.id!r}: {times} occurrences of {len(pieces)} keys are too many")
    texts = [document.text]
    for _ in range(times):
        texts = [piece if join is Join.REPLACE else f"{piece} {text}" for text in texts for piece in pieces]
    return texts
