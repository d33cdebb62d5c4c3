"""Which thoughts are gone through, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from memsvc.domain.ids import NoteId
from memsvc.domain.scope import Scope
from memsvc.errors import InvalidInput, NotFound
from memsvc.memory.context import Context
from memsvc.memory.kept_thoughts import ALL_THOUGHTS
from memsvc.memory.look_up import existing_namespace

__all__ = ["MOST_FOCUSED", "focus_pages"]

MOST_FOCUSED: Final = 100


def focus_pages(context: Context, scope: Scope, notes: Sequence[NoteId] | None) -> Iterator[list[NoteId]]:
    """Yield the named thoughts at once, or all visible ones page by page; raises NotFound, InvalidInput."""
    if notes is not None:
        if len(notes) > MOST_FOCUSED:
            raise InvalidInput(f"/notes names {len(notes)} thoughts; at most {MOST_FOCUSED} at a time")
        yield _existing(context, scope, notes)
        return
    after: int | None = 0
    while after is not None:
        with context.storage.reader(scope) as reader:
            existing_namespace(reader)
            page = reader.page(ALL_THOUGHTS, after_row=after, limit=MOST_FOCUSED)
        after = page[-1].row if page else None
        if page:
            yield [note.id for note in page]


def _existing(context: Context, scope: Scope, notes: Sequence[NoteId]) -> list[NoteId]:
    with context.storage.reader(scope) as reader:
        existing_namespace(reader)
        found = {note.id for note in reader.notes(notes)}
    if missing := [note for note in notes if note not in found]:
        raise NotFound(f"there is no note {missing[0]} in this namespace")
    return list(dict.fromkeys(notes))
