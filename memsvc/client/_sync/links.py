"""Methods for links between notes and A-MEM's attributes of them."""

from __future__ import annotations

from collections.abc import Collection

from memsvc.client import _links as calls
from memsvc.client._sync.core import Core
from memsvc.wire import Attributes, Consolidated, Evolved, Link, LinkType, Note

__all__ = ["Links"]


class Links(Core):
    """Look at and make links; read, evolve and revert attributes."""

    def links(self, note: str, *, types: Collection[LinkType] | None = None) -> tuple[Link, ...]:
        """Return a note's links to visible notes, heaviest first; those along its session are among them."""
        return self._do(calls.links(self.namespace, note, types))

    def link(self, note: str, other: str) -> Link:
        """Link two notes by hand; a repeat changes nothing."""
        return self._do(calls.link(self.namespace, note, other))

    def unlink(self, note: str, other: str, *, kind: LinkType = "manual") -> tuple[Link, ...]:
        """Remove a link and return those that the note has left; raises NotFound when there is none."""
        return self._do(calls.unlink(self.namespace, note, other, kind=kind))

    def attributes(self, note: str) -> Attributes:
        """Return a note's keywords, tags and context; raises NotFound also where it has none."""
        return self._do(calls.attributes(self.namespace, note))

    def evolve(self, note: str) -> Evolved:
        """Construct a note's attributes anew, link it, and let it evolve its neighbours; waits for the model."""
        return self._do(calls.evolve(self.namespace, note))

    def revert(self, note: str, to: int, *, version: int | None = None) -> Note:
        """Give a note the attributes back that it had at version `to`.

        Raises PreconditionFailed when `version` is not the current one, and Conflict when what the note had then
        was erased.
        """
        return self._do(calls.revert(self.namespace, note, to, version))

    def consolidate(self) -> Consolidated:
        """Top up what is missing of attributes, keys and links, by rules; a repeat changes nothing."""
        return self._do(calls.consolidate(self.namespace))
