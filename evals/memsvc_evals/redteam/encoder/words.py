"""The words that triggers are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memsvc_evals.redteam.encoder.local import LocalEncoder

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Words", "trigger_words"]

_WORD = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True, slots=True)
class Words:
    """Whole words, each one word piece that is the same again after it was written and read.

    `texts[i]` is the piece `ids[i]`, whose embedding is `vectors[i]`; they stand in the order of the vocabulary,
    which is about that of their frequency in English.
    """

    texts: tuple[str, ...]
    ids: tuple[int, ...]
    vectors: Tensor


def trigger_words(encoder: LocalEncoder) -> Words:
    """Return the vocabulary's lower-case words of three letters or more."""
    ordered = sorted(encoder.vocabulary.items(), key=lambda item: item[1])
    kept = [(word, piece) for word, piece in ordered if _WORD.fullmatch(word) and encoder.pieces(word) == (piece,)]
    ids = tuple(piece for _, piece in kept)
    return Words(
        texts=tuple(word for word, _ in kept),
        ids=ids,
        vectors=encoder.words[list(ids)],
    )
