"""Answers of the memory as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from memsvc.cli.output import one_line

if TYPE_CHECKING:
    from memsvc.wire import Hit, Note, RecallResponse

__all__ = ["lines_of"]

_SNIPPET = 300


def lines_of(answer: RecallResponse) -> Iterator[str]:
    """Yield rank, date, score and the beginning of each text; below it arms and neighbours, if there.

    What is of less than full influence says why, and whom its parts come from.
    """
    if not answer.hits and not answer.sessions:
        yield "nothing found"
    for rank, hit in enumerate(answer.hits, start=1):
        yield from _block(f"{rank}.", hit, margin="   ")
    for rank, found in enumerate(answer.sessions, start=1):
        yield f"{rank}. session {found.session.id} of {found.session.started_at:%Y-%m-%d}  {found.score:.3f}"
        for hit in found.hits:
            yield from _block("   -", hit, margin="      ")


def _block(mark: str, hit: Hit, *, margin: str) -> Iterator[str]:
    came = f"  ({hit.link} link)" if hit.link is not None else ""
    if hit.influence != "full":
        came += f"  [{hit.influence}: {hit.reason}]"
    yield f"{mark} {hit.note.event_time:%Y-%m-%d}  {hit.score:.3f}{came}  {_snippet(hit.note)}"
    if hit.note.origins and hit.influence != "full":
        parts = (f"{part.origin} {part.start}-{part.end}" for part in hit.note.origins)
        yield f"{margin}of {', '.join(parts)}"
    for arm, found in hit.arms.items():
        yield f"{margin}{arm}: rank {found.rank}, score {found.score:.3f}"
    for word, notes in (("before", hit.before), ("after", hit.after)):
        for note in notes:
            yield f"{margin}{word} {note.event_time:%Y-%m-%d}  {_snippet(note)}"


def _snippet(note: Note) -> str:
    text = one_line(note.content)
    return text if len(text) <= _SNIPPET else text[: _SNIPPET - 1] + "…"
