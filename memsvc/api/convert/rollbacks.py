"""Blast radius and rollback as wire models."""

from __future__ import annotations

from memsvc import wire
from memsvc.api.convert import linked, thoughts
from memsvc.domain.rollbacks import Affected, BlastRadius, RolledBack

__all__ = ["blast_radius", "rolled_back"]


def blast_radius(source: BlastRadius) -> wire.BlastRadius:
    return wire.BlastRadius(
        roots=source.roots,
        items=tuple(_affected(each) for each in source.items),
        replaced=tuple(
            wire.ReplacedNote(note=each.note, by=each.by, reason=each.reason) for each in source.replaced
        ),
        links=tuple(linked.link(each) for each in source.links),
        attributes=source.attributes,
        hashed=source.hashed,
        jobs=source.jobs,
    )


def _affected(source: Affected) -> wire.AffectedNote:
    return wire.AffectedNote(
        note=source.note,
        kind=source.kind.value,
        status=source.status.value,
        roles=tuple(role.value for role in source.roles),
        depth=source.depth,
        via=source.via,
    )


def rolled_back(source: RolledBack) -> wire.RollbackReport:
    return wire.RollbackReport(
        dry_run=source.dry_run,
        roots=source.roots,
        already=source.already,
        quarantined=source.quarantined,
        restored=source.restored,
        reopened=source.reopened,
        closed=tuple(thoughts.contradiction(each) for each in source.closed),
        reverted=source.reverted,
        remerged=tuple(thoughts.merge(each) for each in source.remerged),
        retold=source.retold,
        limited=source.limited,
        links_removed=source.links_removed,
        degraded=source.degraded,
    )
