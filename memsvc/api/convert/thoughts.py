"""Thoughts, contradictions and merges as wire models."""

from __future__ import annotations

from memsvc import wire
from memsvc.api.convert import outbound
from memsvc.domain.thoughts import Forgotten, Judgement, Merge, Merged, PostThought, ThoughtDetail
from memsvc.domain.triples import Triple

__all__ = ["contradiction", "forgotten", "merge", "merged", "post_thought", "thought_detail"]


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
    found = tuple(contradiction(each) for each in source.judgements)
    return wire.ForgottenThoughts(contradictions=found, dry_run=source.dry_run, degraded=source.degraded)


def contradiction(source: Judgement) -> wire.Contradiction:
    return wire.Contradiction(
        verdict=source.verdict.value, older=source.older, newer=source.newer, reason=source.reason.value
    )


def merge(source: Merge) -> wire.ThoughtMerge:
    return wire.ThoughtMerge(sources=source.sources, content=source.content, note=source.note)


def merged(source: Merged) -> wire.MergedThoughts:
    merges = tuple(merge(each) for each in source.merges)
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
