"""A namespace at one sequence: what is stored, what has gone or been hidden since, and what is new in RAM."""

from __future__ import annotations

from dataclasses import dataclass

from memsvc.ports.embedding import Model
from memsvc_stores.vectors.base import Base
from memsvc_stores.vectors.layout import Stored
from memsvc_stores.vectors.segment import Segment

__all__ = ["Snapshot", "blank"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`several` says that some note has more than one key. Without a base everything is in the tail."""

    model: Model
    applied: int
    several: bool
    base: Base | None
    tail: Segment

    def of(self, model: Model) -> bool:
        """Say whether the vectors are comparable with the model's."""
        return self.model.id == model.id and self.model.dimension == model.dimension

    @property
    def stored(self) -> Stored | None:
        """Return the stored namespace under the base."""
        return None if self.base is None else self.base.stored

    @property
    def made_bytes(self) -> int:
        """Bytes of RAM that searches have made the base keep."""
        return 0 if self.base is None else self.base.times.nbytes

    @property
    def form(self) -> str:
        return "exact" if self.base is None else self.base.form

    @property
    def keys(self) -> int:
        """Count the living entries."""
        stored = 0 if self.base is None else self.base.living
        return stored + int(self.tail.alive.sum())

    @property
    def sound(self) -> bool:
        """Say whether what was read from the base before this call is right."""
        return self.base is None or self.base.stored.sound()


def blank(model: Model) -> Snapshot:
    """Return the snapshot of a namespace of which nothing is known yet."""
    return Snapshot(model, 0, False, None, Segment.empty(model.dimension))
