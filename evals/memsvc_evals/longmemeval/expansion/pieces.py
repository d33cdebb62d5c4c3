"""What of a cache entry becomes one key."""

from __future__ import annotations

from collections.abc import Callable

from memsvc_evals.longmemeval.expansion.options import Expansion

__all__ = ["Splitter", "pieces_of"]

Splitter = Callable[[str], list[str]]


def pieces_of(
    texts: tuple[str, ...] | None, expansion: Expansion, *, split: bool, sentences: Splitter
) -> tuple[str, ...]:
    """Return the official pieces: a failed extraction is one empty text, an empty list of facts is none.

    `split` gives each sentence, `;` keyphrase or fact; otherwise the whole, facts joined by a space.
    """
    found = ("",) if texts is None else texts
    if expansion.is_facts:
        return found if split or not found else (" ".join(found),)
    if not split:
        return found
    if expansion is Expansion.SESSION_SUMM:
        return tuple(sentences(found[0]))
    return tuple(phrase.strip() for phrase in found[0].split(";"))
