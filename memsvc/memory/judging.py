"""Judgements over many thoughts: by rules, by a model within the same bounds, and which are carried out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from memsvc.domain.changes import Change, Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Status
from memsvc.domain.thoughts import Judgement, Reason, Verdict
from memsvc.domain.triples import normalised
from memsvc.memory.contradiction import judge, settle
from memsvc.memory.kept_thoughts import Claim, KeptThought
from memsvc.memory.qualifiers import qualifiers
from memsvc.ports.storage import Reader
from memsvc.ports.thinking import Organiser, Statement

__all__ = ["by_model", "by_rules", "carried_out"]


def by_rules(pool: Mapping[NoteId, KeptThought], focus: Iterable[NoteId]) -> Iterator[Judgement]:
    """Yield a judgement for each pair of a thought in focus and one that says something else of the same.

    What one in focus closes is compared with all the others too, as another one may come before that.
    """
    saying: dict[Claim, list[KeptThought]] = defaultdict(list)
    for thought in pool.values():
        for claim in thought.claims:
            saying[claim].append(thought)
    focused = dict.fromkeys(note for note in focus if note in pool)
    closed: dict[NoteId, None] = {}
    seen: set[frozenset[NoteId]] = set()
    for first in (pool[note] for note in focused):
        for found in _judged(first, saying, seen):
            if found.verdict is Verdict.SUPERSEDE and found.older not in focused:
                closed[found.older] = None
            yield found
    for note in closed:
        for found in _judged(pool[note], saying, seen):
            if found.verdict is Verdict.SUPERSEDE and found.older in closed:
                yield found


def _judged(
    first: KeptThought, saying: Mapping[Claim, Sequence[KeptThought]], seen: set[frozenset[NoteId]]
) -> Iterator[Judgement]:
    """Yield a judgement for each pair of the thought and another one that is not among those seen."""
    for second in (other for claim in sorted(first.claims) for other in saying[claim]):
        pair = frozenset((first.note.id, second.note.id))
        if len(pair) < 2 or pair in seen:
            continue
        seen.add(pair)
        if (found := judge(first.held, second.held)) is not None:
            yield found


def by_model(organiser: Organiser, thoughts: Sequence[KeptThought]) -> Iterator[Judgement]:
    """Yield what a model finds among a few thoughts; only of the same head may one close the other.

    It has read them all, so none is closed that is believed more than the least believed of them.
    """
    shown = [Statement(thought.note.content, thought.held.since) for thought in thoughts]
    for low, high in organiser.contradictions(shown):
        first, second = thoughts[low], thoughts[high]
        found = settle(first.held, second.held, Reason.MODEL)
        if found is None or _both_dated_events(first, second):
            continue
        older = first if found.older == first.note.id else second
        if found.verdict is Verdict.SUPERSEDE and not (_heads(first) & _heads(second) and _least(older, thoughts)):
            found = Judgement(Verdict.CONFLICT, found.older, found.newer, Reason.MODEL)
        yield found


def carried_out(
    reader: Reader, pool: Mapping[NoteId, KeptThought], judgements: Iterable[Judgement]
) -> list[Judgement]:
    """Return one judgement for each thought that is closed, by the next one after it, and the new conflicts.

    Of a thought that is closed no conflict is marked. What somebody has restored is closed again only by what came
    after that; with what was there it is in conflict.
    """
    closing: dict[NoteId, Judgement] = {}
    conflicts: dict[tuple[NoteId, NoteId], Judgement] = {}
    for judged in judgements:
        each = _softened(reader, pool, judged)
        if each.verdict is Verdict.CONFLICT:
            conflicts.setdefault((each.older, each.newer), each)
        elif each.older not in closing or _begin(pool, each) < _begin(pool, closing[each.older]):
            closing[each.older] = each
    known = {
        frozenset((note, link.other))
        for note in {older for older, _ in conflicts}
        for link in reader.links.of(note, types=(LinkType.CONFLICT,))
    }
    return [
        *closing.values(),
        *(
            each
            for pair, each in conflicts.items()
            if frozenset(pair) not in known and not closing.keys() & set(pair)
        ),
    ]


def _softened(reader: Reader, pool: Mapping[NoteId, KeptThought], judgement: Judgement) -> Judgement:
    if judgement.verdict is Verdict.CONFLICT or pool[judgement.older].note.version == 1:
        return judgement
    restored = [
        change.at
        for change in reader.history(judgement.older)
        if change.operation is Operation.RESTORED and _old_status(change) == Status.SUPERSEDED
    ]
    if restored and pool[judgement.newer].note.ingest_time <= max(restored):
        return replace(judgement, verdict=Verdict.CONFLICT)
    return judgement


def _old_status(change: Change) -> object:
    status = change.patch.get("status")
    return status.get("old") if isinstance(status, Mapping) else None


def _begin(pool: Mapping[NoteId, KeptThought], judgement: Judgement) -> tuple[object, ...]:
    newer = pool[judgement.newer].held
    return (newer.since, newer.order, newer.note)


def _both_dated_events(first: KeptThought, second: KeptThought) -> bool:
    """Say whether both are events whose sentences name other times or numbers."""
    events = all(any(triple.event for triple in thought.triples) for thought in (first, second))
    return events and qualifiers(first.note.content) != qualifiers(second.note.content)


def _least(older: KeptThought, thoughts: Sequence[KeptThought]) -> bool:
    held = older.held
    return all(each.held.trust >= held.trust and (held.limited or not each.held.limited) for each in thoughts)


def _heads(thought: KeptThought) -> frozenset[str]:
    return frozenset(normalised(triple.head) for triple in thought.triples)
