"""Thoughts, contradictions and merges as wire models."""

from __future__ import annotations

from memsvc import wire
from memsvc.api.convert import outbound
from memsvc.domain.thoughts import Forgotten, Merged, PostThought, ThoughtDetail
from memsvc.domain.triples import Triple

__all__ = ["forgotten", "merged", "post_thought", "thought_detail"]


def post_thought(source: PostThought) -> wire.PostThought:
    return wire.PostThought(
        thoughts=source.thoughts, known=source.known, repeated=source.repeated, degraded=source.degraded
    )


def thought_detail(source: ThoughtDetail) -> wire.ThoughtDetail:
    return wire.ThoughtDetail(
        note=outbound.note(source.note),
        triples=tuple(_triple(triple) for triple in source.triples),
        sources=tuple(wire.ThoughtSource(note=each.source, role=each.role.value) for each in source.sources),
    )


def forgotten(source: Forgotten) -> wire.ForgottenThoughts:
    found = tuple(
        wire.Contradiction(
            verdict=each.verdict.value, older=each.older, newer=each.newer, reason=each.reason.value
        )
        for each in source.judgements
    )
    return wire.ForgottenThoughts(contradictions=found, dry_run=source.dry_run, degraded=source.degraded)


def merged(source: Merged) -> wire.MergedThoughts:
    merges = tuple(
        wire.ThoughtMerge(sources=each.sources, content=each.content, note=each.note) for each in source.merges
    )
    return wire.MergedThoughts(merges=merges, dry_run=source.dry_run, degraded=source.degraded)


def _triple(source: Triple) -> wire.Triple:
    return wire.Triple(
        head=source.head,
        relation=source.relation,
        tail=source.tail,
        negated=source.negated,
        functional=source.functional,
        event=source.event,
        value=source.value,
        unit=source.unit,
    )
