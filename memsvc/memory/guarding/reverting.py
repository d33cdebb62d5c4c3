"""Attributes that drew on notes that are rolled back, as they would be without: keys, vectors and words follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Role
from memsvc.domain.ids import NoteId
from memsvc.domain.links import Link, LinkType
from memsvc.domain.notes import Kind, Note, Status
from memsvc.memory.amem.seeing import SESSION, setting_of
from memsvc.memory.guarding.replaying import AttributeChange, Replay, attribute_changes
from memsvc.memory.guarding.undoing import Run
from memsvc.memory.hashing import hash_notes
from memsvc.memory.jobs import key_notes_job

__all__ = ["revert_evolution"]


def revert_evolution(
    run: Run, fallen: Mapping[NoteId, Note], links: Sequence[Link]
) -> tuple[tuple[NoteId, ...], bool]:
    """Replay the attributes of all notes that the fallen ones may have shaped; return those that changed.

    To be called when the fallen ones are hidden; `links` are those that they had. Also return whether all is as a
    replay would have it: a model's analysis that had seen what is gone is replaced by that of rules.
    """
    around = _following(run, fallen)
    notes = _shaped(run, fallen, links, around)
    if not notes:
        return (), True
    histories = {note: list(attribute_changes(run.writer.history(note))) for note in notes}
    before = run.writer.attributes.get_many(list(notes))
    rules = run.context.amem.rules
    gone = {note.id for note in run.writer.notes(_causes(histories)) if note.status is Status.QUARANTINED}
    replay = Replay(
        gone=gone.union(fallen),
        analysed={note: rules.analyse(setting_of(run.writer, notes[note]).analysed) for note in notes},
        beside=around,
        links=_links(run, list(notes), links),
        others=_others(run, histories),
    )
    after = replay.run(histories)
    changed = [note for note in notes if note in before and after[note] != before[note]]
    _store(run, {note: (notes[note], after[note]) for note in changed}, causes=_standing(run, histories, changed))
    return tuple(changed), replay.unsure.isdisjoint(changed)


def _following(run: Run, fallen: Mapping[NoteId, Note]) -> set[NoteId]:
    """Return the notes that rules have analysed beside a fallen one of their session."""
    found: set[NoteId] = set()
    for note in fallen.values():
        if note.kind is not Kind.THOUGHT:
            found |= {each.id for each in run.writer.around(note, count=SESSION)[1]}
    return found - fallen.keys()


def _shaped(
    run: Run, fallen: Mapping[NoteId, Note], links: Sequence[Link], around: Collection[NoteId]
) -> dict[NoteId, Note]:
    evolved = run.writer.derivations.descendants(sorted(fallen), roles=(Role.EVOLUTION,))
    linked = {end for link in links if link.type is not LinkType.CONFLICT for end in (link.note, link.other)}
    found = run.writer.notes(sorted({*evolved, *linked, *around} - fallen.keys()))
    return {note.id: note for note in found if note.status is not Status.QUARANTINED}


def _causes(histories: Mapping[NoteId, Sequence[AttributeChange]]) -> list[NoteId]:
    return sorted({cause for found in histories.values() for each in found for cause in each.causes})


def _links(run: Run, notes: Sequence[NoteId], gone: Sequence[Link]) -> dict[NoteId, list[Link]]:
    """Return the links of each note as seen from it."""
    found: dict[NoteId, list[Link]] = {note: [] for note in notes}
    for link in (*run.writer.links.touching(notes), *gone):
        for note, other in ((link.note, link.other), (link.other, link.note)):
            if note in found:
                found[note].append(Link(note, other, link.type, link.weight, link.method, link.at, link.actor))
    return found


def _others(
    run: Run, histories: Mapping[NoteId, Sequence[AttributeChange]]
) -> dict[NoteId, list[AttributeChange]]:
    """Return the changes of the notes that may have given tags."""
    links = run.writer.links.touching(sorted(histories))
    named = {*_causes(histories), *(end for link in links for end in (link.note, link.other))}
    return {note: list(attribute_changes(run.writer.history(note))) for note in sorted(named)}


def _standing(
    run: Run, histories: Mapping[NoteId, Sequence[AttributeChange]], notes: Sequence[NoteId]
) -> dict[NoteId, list[NoteId]]:
    """Return what the attributes of the notes are still drawn from."""
    named = run.writer.notes(_causes({note: histories[note] for note in notes}))
    standing = {note.id for note in named if note.status is not Status.QUARANTINED}
    return {
        note: [cause for cause in _causes({note: histories[note]}) if cause in standing and cause != note]
        for note in notes
    }


def _store(
    run: Run,
    changes: Mapping[NoteId, tuple[Note, Attributes | None]],
    *,
    causes: Mapping[NoteId, Sequence[NoteId]],
) -> None:
    drafter, writer = run.context.drafter, run.writer
    keys = {note: drafter.keys_of(before, after) for note, (before, after) in changes.items()}
    texts = {key.text_hash: key.text_in(changes[note][0].content) for note in changes for key in keys[note]}
    vectors = run.vectors.of(writer, texts)
    if vectors is None:
        known = writer.vectors.get_many(run.context.embedder.model, list(texts))
        keys = {note: tuple(key for key in found if key.text_hash in known) for note, found in keys.items()}
        writer.enqueue(key_notes_job(list(changes)), at=run.now)
    else:
        writer.vectors.put_many(run.context.embedder.model, vectors)
    for note, (_, after) in changes.items():
        writer.set_attributes(
            note,
            after,
            keys[note],
            key_version=None if vectors is None else drafter.key_maker.version,
            operation=Operation.REVERTED,
            sources=causes[note],
            expected_version=None,
            at=run.now,
            actor=run.actor,
            kept=texts.keys(),
        )
    hash_notes(run.context, writer, list(changes), now=run.now)
