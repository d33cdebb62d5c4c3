"""TiM's forgetting: what a later thought contradicts is closed, or marked where that is unsure; never deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from memsvc.domain.attributes import Method
from memsvc.domain.changes import Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType, NewLink
from memsvc.domain.notes import Note, Status
from memsvc.domain.receipts import Actor
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.domain.thoughts import Forgotten, Judgement, Reason, Verdict
from memsvc.memory.attempts import Outdated, until_current
from memsvc.memory.context import Context
from memsvc.memory.focus import focus_pages
from memsvc.memory.judging import by_model, by_rules, carried_out
from memsvc.memory.kept_thoughts import KeptThought, candidates, kept_thoughts
from memsvc.memory.thought_makers import model_for
from memsvc.ports.llm import LLM_FAILURES, ChatModel
from memsvc.ports.storage import Reader, Writer

__all__ = ["Conduct", "apply_judgements", "check_unchanged", "forget_thoughts", "pool_around"]

_OPERATION: Final = "organise"
_MOST_SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class Conduct:
    """Who organises, whether only to say what would be done, and whether rules may stand in for a model."""

    actor: Actor
    dry_run: bool = False
    may_degrade: bool = True


def forget_thoughts(
    context: Context, scope: Scope, conduct: Conduct, *, notes: Sequence[NoteId] | None = None
) -> Forgotten:
    """Close each thought that a later one, as trusted, contradicts; link both as in conflict where that is unsure.

    A closed thought is superseded: valid up to when the newer began, found by `as_of`, and restorable. `notes`
    restricts to what these contradict, or are contradicted by; else all thoughts are gone through, page by page.
    Raises NotFound for a namespace or note that does not exist.
    """
    found: dict[tuple[NoteId, NoteId], Judgement] = {}
    degraded: dict[str, None] = {}
    for page in focus_pages(context, scope, notes):
        done = _forget_page(context, scope, page, conduct)
        found |= {(each.older, each.newer): each for each in done.judgements}
        degraded |= dict.fromkeys(done.degraded)
    return Forgotten(tuple(found.values()), conduct.dry_run, tuple(degraded))


def check_unchanged(writer: Writer, notes: Sequence[Note]) -> None:
    """Raise Outdated unless the notes are as they were when they were read."""
    now = writer.notes([note.id for note in notes])
    if [(note.id, note.version) for note in now] != [(note.id, note.version) for note in notes]:
        raise Outdated


def _forget_page(context: Context, scope: Scope, focus: Sequence[NoteId], conduct: Conduct) -> Forgotten:
    now = context.clock()

    def attempt() -> Forgotten:
        model = model_for(context, scope, _OPERATION)
        with context.storage.reader(scope) as reader:
            pool, shown = pool_around(reader, focus)
        judged = list(by_rules(pool, focus))
        more, degraded = _by_model(context, model, shown, conduct)
        with context.storage.reader(scope) as reader:
            plan = carried_out(reader, pool, [*judged, *more])
        if plan and not conduct.dry_run:
            with context.storage.writer(scope) as writer:
                writer.open_namespace(context.embedder.model, now)
                ends = dict.fromkeys(note for each in plan for note in (each.older, each.newer))
                check_unchanged(writer, [pool[note].note for note in ends])
                apply_judgements(writer, pool, plan, actor=conduct.actor, now=now)
        return Forgotten(tuple(plan), conduct.dry_run, degraded)

    return until_current(attempt)


def pool_around(reader: Reader, focus: Sequence[NoteId]) -> tuple[dict[NoteId, KeptThought], list[KeptThought]]:
    """Return the thoughts in focus with those that may contradict them, and the near ones, for a model."""
    notes = reader.notes(focus)
    others, near = candidates(reader, notes)
    pool = kept_thoughts(reader, [*notes, *others])
    rows = {int(row) for each in near.values() for row in each} | {row for row, each in near.items() if len(each)}
    return pool, [each for each in pool.values() if each.note.row in rows][:_MOST_SHOWN]


def _by_model(
    context: Context, model: ChatModel | None, shown: Sequence[KeptThought], conduct: Conduct
) -> tuple[list[Judgement], tuple[str, ...]]:
    if model is None or len(shown) < 2:
        return [], ()
    try:
        return list(by_model(context.thinking.organiser(model), shown)), ()
    except LLM_FAILURES:
        if not conduct.may_degrade:
            raise
        return [], ("contradictions",)


def apply_judgements(
    writer: Writer,
    pool: Mapping[NoteId, KeptThought],
    plan: Sequence[Judgement],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Close and link as judged; the thoughts must be as they were when they were pooled."""
    links = []
    for each in plan:
        older, newer = pool[each.older], pool[each.newer]
        if each.verdict is Verdict.CONFLICT:
            method = Method.LLM if each.reason is Reason.MODEL else Method.RULES
            links.append(NewLink(each.older, each.newer, LinkType.CONFLICT, 1.0, method))
            continue
        writer.change_status(
            StatusChange(
                note=each.older,
                operation=Operation.SUPERSEDED,
                status=Status.SUPERSEDED,
                at=now,
                actor=actor.name,
                reason=f"contradicted: {each.reason}",
                expected_version=older.note.version,
                valid_to=max(newer.held.since, older.held.since),
                superseded_by=each.newer,
            )
        )
    if links:
        writer.links.put(links, at=now, actor=actor.name)
