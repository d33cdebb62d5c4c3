"""What hangs on a note or a principal, and what a rollback does about it."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from memsvc.wire.base import Request, Response
from memsvc.wire.fields import Name, Principal, Reason
from memsvc.wire.links import Link
from memsvc.wire.thoughts import Contradiction, ThoughtMerge
from memsvc.wire.words import DerivationRole, Kind, Status

__all__ = ["AffectedNote", "BlastRadius", "ReplacedNote", "RollbackReport", "RollbackRequest"]


class AffectedNote(Response):
    """A note that was derived from the roots: how, in how few steps, and from which notes one step up."""

    note: str
    kind: Kind
    status: Status
    roles: tuple[DerivationRole, ...]
    depth: int
    via: tuple[str, ...]


class ReplacedNote(Response):
    """A note that is not current because of a root or of an affected note."""

    note: str
    by: str
    reason: str | None = None


class BlastRadius(Response):
    """Everything that the roots have brought about, in any number of steps; items by depth.

    `attributes` are notes whose attributes drew on them in any version, `hashed` those of roots and items that are
    in hash tables, `jobs` those that wait or run and name one of them.
    """

    roots: tuple[str, ...]
    items: tuple[AffectedNote, ...] = ()
    replaced: tuple[ReplacedNote, ...] = ()
    links: tuple[Link, ...] = ()
    attributes: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()


class RollbackRequest(Request):
    """Undo a note, or all that a principal stored, with what was made of it; by default only say how."""

    note: Name | None = None
    principal: Principal | None = None
    dry_run: bool = True
    reason: Reason

    @model_validator(mode="after")
    def _has_one_root(self) -> Self:
        if (self.note is None) == (self.principal is None):
            raise PydanticCustomError("root", "must have either `note` or `principal`")
        return self


class RollbackReport(Response):
    """What a rollback did, or on a dry run would do.

    `already` are roots that were rolled back before. `quarantined` are the other roots and what rests on them,
    `restored` notes that had been merged with them, `reopened` those that they had superseded, `closed` those
    that something else supersedes now. `reverted` have other attributes than before, `remerged` are merged again
    without what is gone, `retold` are thoughts made anew. `limited` were written by somebody who had read what is
    gone: they are evidence only, and to be looked at.
    """

    dry_run: bool
    roots: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    closed: tuple[Contradiction, ...] = ()
    reverted: tuple[str, ...] = ()
    remerged: tuple[ThoughtMerge, ...] = ()
    retold: tuple[str, ...] = ()
    limited: tuple[str, ...] = ()
    links_removed: int = 0
    degraded: tuple[str, ...] = ()
