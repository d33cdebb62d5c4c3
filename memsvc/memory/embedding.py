"""Vectors for drafts: what the namespace has already is not embedded again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from memsvc.domain.drafts import NoteDraft
from memsvc.errors import EmbedderUnavailable
from memsvc.memory.attempts import Outdated
from memsvc.ports.embedding import Embedder, Vector
from memsvc.ports.storage import Reader, Writer

__all__ = ["Embedded", "embed_drafts", "missing_texts", "put_vectors", "texts_of", "without_vectors"]


@dataclass(frozen=True, slots=True)
class Embedded:
    """Drafts with the vectors that are new; `degraded` when the embedder failed and the drafts lost their keys."""

    drafts: list[NoteDraft]
    vectors: Mapping[str, Vector] = field(default_factory=dict)
    degraded: tuple[str, ...] = ()


def texts_of(drafts: Sequence[NoteDraft], reader: Reader) -> dict[str, str]:
    """Return the texts of the drafts' keys by hash, without the drafts that are duplicates."""
    taken = reader.duplicates([draft.dedupe for draft in drafts]) if drafts else {}
    fresh = [draft for draft in drafts if draft.dedupe not in taken]
    return {key.text_hash: key.text_in(draft.content) for draft in fresh for key in draft.keys}


def without_vectors(texts: Mapping[str, str], reader: Reader, embedder: Embedder) -> dict[str, str]:
    """Return those of the texts that have no vector yet."""
    known = reader.vectors.get_many(embedder.model, list(texts)) if texts else {}
    return {name: text for name, text in texts.items() if name not in known}


def missing_texts(drafts: Sequence[NoteDraft], reader: Reader, embedder: Embedder) -> dict[str, str]:
    """Return the texts that must be embedded before the drafts can be stored, by hash."""
    return without_vectors(texts_of(drafts, reader), reader, embedder)


def put_vectors(
    writer: Writer, texts: Mapping[str, str], vectors: Mapping[str, Vector], embedder: Embedder
) -> None:
    """Keep the new vectors; raises Outdated when one that was there already, of these texts, is purged by now."""
    if without_vectors(texts, writer, embedder).keys() - vectors.keys():
        raise Outdated
    writer.vectors.put_many(embedder.model, vectors)


def embed_drafts(drafts: list[NoteDraft], texts: Mapping[str, str], embedder: Embedder) -> Embedded:
    """Embed the texts; when the embedder fails the drafts go on without keys, to be keyed by a job later."""
    if not texts:
        return Embedded(drafts)
    try:
        matrix = embedder.embed(list(texts.values()))
    except EmbedderUnavailable:
        return Embedded([replace(draft, keys=(), key_version=None) for draft in drafts], degraded=("embedding",))
    return Embedded(drafts, dict(zip(texts, matrix, strict=True)))
