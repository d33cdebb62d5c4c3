"""Links between notes: looked at, made and removed by hand, and made by rules in the background."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.ids import NoteId
from memsvc.domain.links import Link, LinkType, NewLink
from memsvc.domain.notes import Json
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.errors import NotFound
from memsvc.memory.attempts import Outdated, until_current
from memsvc.memory.context import Context
from memsvc.memory.drafting import passage_of
from memsvc.memory.look_up import existing_namespace, existing_note
from memsvc.memory.policy import policy_of
from memsvc.memory.rule_links import linkable, rule_links
from memsvc.ports.jobs import JobContext
from memsvc.ports.storage import Writer

__all__ = ["attributes", "link", "link_notes", "links", "put_links", "put_mentions", "unlink"]

_ACTOR = "notes.link"
_PAGE = 100


def links(
    context: Context, scope: Scope, note_id: NoteId, *, types: Collection[LinkType] | None = None
) -> list[Link]:
    """Return a note's links to visible notes, sequence links too, heaviest first; raises NotFound."""
    with context.storage.reader(scope) as reader:
        existing_note(reader, note_id)
        return reader.links.of(note_id, types=types)


def attributes(context: Context, scope: Scope, note_id: NoteId) -> tuple[Attributes, int]:
    """Return a note's attributes and its version; raises NotFound also for a note that has none."""
    with context.storage.reader(scope) as reader:
        note = existing_note(reader, note_id)
        found = reader.attributes.get_many([note_id])
        if note_id not in found:
            raise NotFound("the note has no attributes yet; `evolve` makes some")
        return found[note_id], note.version


def link(context: Context, scope: Scope, first: NoteId, second: NoteId, *, actor: Actor) -> Link:
    """Link two notes by hand; doing it again changes nothing. Raises NotFound, InvalidInput for one note twice."""
    new = NewLink(first, second, LinkType.MANUAL, 1.0, Method.USER)
    with context.storage.writer(scope) as writer:
        existing_namespace(writer)
        existing_note(writer, first)
        existing_note(writer, second)
        kept = [each for each in writer.links.of(first, types={LinkType.MANUAL}) if each.other == second]
        if kept:
            return kept[0]
        now = context.clock()
        writer.links.put([new], at=now, actor=actor.name)
        return Link(first, second, LinkType.MANUAL, new.weight, Method.USER, now, actor.name)


def unlink(context: Context, scope: Scope, first: NoteId, second: NoteId, *, type_: LinkType) -> None:
    """Remove the link of a type between two notes; raises NotFound when there is none."""
    with context.storage.writer(scope) as writer:
        existing_namespace(writer)
        existing_note(writer, first)
        existing_note(writer, second)
        if not writer.links.delete(first, second, type_):
            raise NotFound(f"the notes have no {type_} link; see the links of either")


def link_notes(context: Context, scope: Scope, notes: Sequence[NoteId], run: JobContext) -> Mapping[str, Json]:
    """Link notes by the rules of the policy, and end the job with them: all in one transaction.

    Their mentions are stored first, in a transaction of their own, since links are found by them.
    """
    with context.storage.reader(scope) as reader:
        policy = policy_of(reader).links
    if policy.entity:
        _mention_ahead(context, scope, notes)

    def attempt() -> Mapping[str, Json]:
        found: list[NewLink] = []
        with context.storage.reader(scope) as reader:
            state = reader.state
            if state is not None:
                for note in filter(linkable, reader.notes(notes)):
                    run.check()
                    found += rule_links(context, reader, state, note, policy)
        with context.storage.writer(scope) as writer:
            now = context.clock()
            result: dict[str, Json] = {"notes": len(notes), "links": put_links(context, writer, found)}
            writer.finish_job(run.lease, at=now, result=result)
            return result

    return until_current(attempt)


def _mention_ahead(context: Context, scope: Scope, notes: Sequence[NoteId]) -> None:
    """Store the terms of the notes, and of those that were stored after them, whose jobs are still to come.

    How rare a word is must not depend on how far the jobs are. The first job of many does it for all of them.
    """
    with context.storage.reader(scope) as reader:
        wanted = list(filter(linkable, reader.notes(notes)))
    while wanted:
        with context.storage.reader(scope) as reader:
            known = reader.mentions.of_rows([note.row for note in wanted])
            following = reader.page(Selection(), after_row=wanted[-1].row, limit=_PAGE)
        missing = [note.id for note in wanted if note.row not in known]
        put_mentions(context, scope, missing)
        # A note without a term is never known, so that a page counts as done when most of it is.
        if 2 * len(missing) < len(wanted) and wanted[0].id not in notes:
            return
        wanted = list(filter(linkable, following))


def put_mentions(context: Context, scope: Scope, notes: Sequence[NoteId]) -> None:
    """Store the terms of those of the notes that rules link."""
    with context.storage.reader(scope) as reader:
        terms = {
            note.id: context.amem.terms.terms(passage_of(note)) for note in reader.notes(notes) if linkable(note)
        }
    with context.storage.writer(scope) as writer:
        kept = writer.notes(list(terms))
        writer.mentions.put({note.id: terms[note.id] for note in kept})


def put_links(context: Context, writer: Writer, found: Sequence[NewLink]) -> int:
    """Store links and return how many are new; raises Outdated when an end is gone by now."""
    if not found:
        return 0
    try:
        return writer.links.put(found, at=context.clock(), actor=_ACTOR)
    except NotFound:
        raise Outdated from None
