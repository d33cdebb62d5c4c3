"""Methods for thoughts."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc.client import _thoughts as calls
from memsvc.client._async.core import Core
from memsvc.wire import ForgottenThoughts, MergedThoughts, Note, PostThought, ThoughtDetail

__all__ = ["Thoughts"]


class Thoughts(Core):
    """Think, look at a thought, forget, merge, unmerge."""

    async def post_think(self, notes: Sequence[str], *, recalled: Sequence[str] = ()) -> PostThought:
        """Make thoughts of up to 100 notes that are stored, after the reply to them.

        `recalled` names the notes that recall gave for the reply: words that only repeat them make no thoughts.
        """
        return await self._do(calls.post_think(self.namespace, notes, recalled))

    async def thought(self, note: str) -> ThoughtDetail:
        """Return a thought with its triples and sources; raises NotFound, Conflict for another kind of note."""
        return await self._do(calls.thought(self.namespace, note))

    async def forget_thoughts(self, *, dry_run: bool = False) -> ForgottenThoughts:
        """Close thoughts that later ones contradict, and link those in conflict; `restore` brings one back."""
        return await self._do(calls.forget_thoughts(self.namespace, dry_run=dry_run))

    async def merge_thoughts(self, *, dry_run: bool = False, notes: Sequence[str] | None = None) -> MergedThoughts:
        """Merge thoughts that belong together, or exactly those named; `unmerge` takes it back."""
        return await self._do(calls.merge_thoughts(self.namespace, dry_run=dry_run, notes=notes))

    async def unmerge(self, note: str, *, version: int | None = None) -> tuple[Note, ...]:
        """Take a merge back and return its sources, which are current again; raises Conflict for no merge."""
        return await self._do(calls.unmerge(self.namespace, note, version))
