"""Vectors for drafts: what the namespace has already is not embedded again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from memsvc.domain.drafts import NoteDraft
from memsvc.errors import EmbedderUnavailable
from memsvc.ports.embedding import Embedder, Vector
from memsvc.ports.storage import Reader

__all__ = ["Embedded", "embed_drafts", "missing_texts"]


@dataclass(frozen=True, slots=True)
class Embedded:
    """Drafts with the vectors that are new; `degraded` when the embedder failed and the drafts lost their keys."""

    drafts: list[NoteDraft]
    vectors: Mapping[str, Vector] = field(default_factory=dict)
    degraded: tuple[str, ...] = ()


def missing_texts(drafts: Sequence[NoteDraft], reader: Reader, embedder: Embedder) -> dict[str, str]:
    """Return the texts of the drafts' keys that have no vector yet, by hash."""
    texts = {key.text_hash: key.text_in(draft.content) for draft in drafts for key in draft.keys}
    known = reader.vectors.get_many(embedder.model, list(texts)) if texts else {}
    return {name: text for name, text in texts.items() if name not in known}


def embed_drafts(drafts: list[NoteDraft], texts: Mapping[str, str], embedder: Embedder) -> Embedded:
    """Embed the texts; when the embedder fails the drafts go on without keys, to be keyed by a job later."""
    if not texts:
        return Embedded(drafts)
    try:
        matrix = embedder.embed(list(texts.values()))
    except EmbedderUnavailable:
        return Embedded([replace(draft, keys=()) for draft in drafts], degraded=("embedding",))
    return Embedded(drafts, dict(zip(texts, matrix, strict=True)))
