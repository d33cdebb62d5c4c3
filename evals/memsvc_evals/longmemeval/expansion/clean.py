"""join=clean: every document stays one item with the label it had, and all are expanded alike and once."""

from __future__ import annotations

from dataclasses import dataclass

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.corpus import Document
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache
from memsvc_evals.longmemeval.expansion.options import Form, Join
from memsvc_evals.longmemeval.expansion.pieces import Splitter, pieces_of
from memsvc_evals.longmemeval.question import Question
from memsvc_retrieval.keys.sentences import split_sentences

__all__ = ["Item", "join_clean"]


@dataclass(frozen=True, slots=True)
class Item:
    """A document (index into the corpus, which keeps its label) with all its keys, at least one."""

    document: int
    keys: tuple[str, ...]


def join_clean(
    question: Question,
    documents: tuple[Document, ...],
    *,
    cache: ExpansionCache,
    form: Form,
    sentences: Splitter = split_sentences,
) -> tuple[Item, ...]:
    """Return one item per document, in order; what has no expansion keeps its text as key.

    Raises InvalidInput unless the documents are of the level that the cache expands.
    """
    items = []
    for index, document in enumerate(documents):
        _check_level(document, cache)
        texts = tuple(text for text in cache.get(_raw_id(question, document)) or () if text.strip())
        pieces = pieces_of(texts, cache.expansion, split=form.split, sentences=sentences) if texts else ()
        items.append(Item(index, _keys(document.text, tuple(filter(None, pieces)), form.join)))
    return tuple(items)


def _check_level(document: Document, cache: ExpansionCache) -> None:
    level = "session" if document.turn is None else "turn"
    if level != cache.expansion.level:
        raise InvalidInput(f"{cache.expansion} expands {cache.expansion.level}s, not {level}s")


def _raw_id(question: Question, document: Document) -> str:
    session = question.haystack[document.session].id
    return session if document.turn is None else f"{session}_{document.turn + 1}"


def _keys(text: str, pieces: tuple[str, ...], join: Join) -> tuple[str, ...]:
    if not pieces:
        return (text,)
    if join is Join.SEPARATE:
        keys = (text, *pieces)
    elif join is Join.MERGE:
        keys = tuple(f"{piece} {text}" if text else piece for piece in pieces)
    else:
        keys = pieces
    return tuple(dict.fromkeys(keys))
