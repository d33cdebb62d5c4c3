"""What hangs on a note or a principal, and what became of it when that was rolled back."""

from __future__ import annotations

from dataclasses import dataclass

from memsvc.domain.derivations import Role
from memsvc.domain.ids import JobId, NoteId
from memsvc.domain.links import Link
from memsvc.domain.notes import Kind, Status
from memsvc.domain.thoughts import Judgement, Merge

__all__ = ["Affected", "BlastRadius", "Replaced", "RolledBack"]


@dataclass(frozen=True, slots=True)
class Affected:
    """A note that was derived from the roots: how, in how many steps at least, and from which notes one step up.

    `via` are roots or other affected notes.
    """

    note: NoteId
    kind: Kind
    status: Status
    roles: tuple[Role, ...]
    depth: int
    via: tuple[NoteId, ...]


@dataclass(frozen=True, slots=True)
class Replaced:
    """A note that is not current because of a root or of an affected note; `reason` is what the journal says."""

    note: NoteId
    by: NoteId
    reason: str | None


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """Everything that roots have brought about, in any number of steps; items by depth, then in order of rows.

    `links` are those to roots and to notes of their words, `attributes` the notes whose attributes drew on them
    in any version, `hashed` those of roots and items that are in hash tables, `jobs` those that wait or run and
    name one of them.
    """

    roots: tuple[NoteId, ...]
    items: tuple[Affected, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    links: tuple[Link, ...] = ()
    attributes: tuple[NoteId, ...] = ()
    hashed: tuple[NoteId, ...] = ()
    jobs: tuple[JobId, ...] = ()


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What a rollback did; on a `dry_run`, what it would do.

    `already` are roots that were rolled back before. `quarantined` are the other roots and what rests on them,
    `restored` notes that had been merged with them or hidden for saying the same, `reopened` those that they had
    superseded, `closed` those that something else supersedes, now that they are current again. `reverted` have
    other attributes than before; `remerged` are merged again without what is gone, `retold` are thoughts made
    anew of notes that tell the same.
    `limited` were written by somebody who had read what is gone: they are evidence only, and to be looked at.
    `degraded` names what a model had worded or judged and rules do now.
    """

    dry_run: bool
    roots: tuple[NoteId, ...] = ()
    already: tuple[NoteId, ...] = ()
    quarantined: tuple[NoteId, ...] = ()
    restored: tuple[NoteId, ...] = ()
    reopened: tuple[NoteId, ...] = ()
    closed: tuple[Judgement, ...] = ()
    reverted: tuple[NoteId, ...] = ()
    remerged: tuple[Merge, ...] = ()
    retold: tuple[NoteId, ...] = ()
    limited: tuple[NoteId, ...] = ()
    links_removed: int = 0
    degraded: tuple[str, ...] = ()
