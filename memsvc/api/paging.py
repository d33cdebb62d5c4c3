"""Pages of a list: one item more is asked for than is shown, to know whether there is a next page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from memsvc.api.context import Call

__all__ = ["page_of"]

T = TypeVar("T")


def page_of(
    call: Call,
    fetch: Callable[[int, int], Sequence[T]],
    *,
    position: Callable[[T], int],
    limit: int,
    cursor: str | None,
    binding: Sequence[object],
) -> tuple[Sequence[T], str | None]:
    """Return a page and the cursor after it; `fetch` takes the position after which to read, and a count.

    The cursor holds only for the caller's tenant and the same binding; raises InvalidCursor.
    """
    cursors, bound = call.backend.cursors, (call.caller.tenant, *binding)
    after = 0 if cursor is None else int(cursors.open(cursor, *bound))
    items = fetch(after, limit + 1)
    if len(items) <= limit:
        return items, None
    shown = items[:limit]
    return shown, cursors.make(position(shown[-1]), *bound)
