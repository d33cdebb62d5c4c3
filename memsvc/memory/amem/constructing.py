"""A-MEM for one note: construct its attributes, link it, and let it evolve its neighbours.

At most two calls of a model: one says what the note is about, one judges all neighbours together. When the model
fails, the rules' attributes are stored, and the note is found by them until the model has answered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from memsvc.domain.attributes import Attributes, concatenation
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.policies import Policy
from memsvc.domain.scope import Scope
from memsvc.errors import MemsvcError
from memsvc.memory.amem.planning import Evolution, Plan, planned
from memsvc.memory.amem.rule_judge import plan_by_rules
from memsvc.memory.amem.seeing import Setting, nearest, setting_of, shown
from memsvc.memory.amem.storing import Author, Finish, Stored, store_plans
from memsvc.memory.context import Context
from memsvc.ports.llm import LLM_FAILURES, ChatModel
from memsvc.ports.storage import Reader

__all__ = ["Constructed", "Seen", "construct", "fall_back", "see"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A note as it is to be constructed, with its attributes so far."""

    note: Note
    before: Attributes | None
    setting: Setting


@dataclass(frozen=True, slots=True)
class Constructed:
    """What was stored; after a `failure` of the model that is attributes of the note and nothing more."""

    stored: Stored
    failure: MemsvcError | None = None


def see(reader: Reader, note_id: NoteId) -> Seen | None:
    """Return the note if it is active: from one in doubt nothing is drawn until it is let in."""
    found = [note for note in reader.notes([note_id]) if note.status is Status.ACTIVE]
    if not found:
        return None
    before = reader.attributes.get_many([note_id]).get(note_id)
    return Seen(found[0], before, setting_of(reader, found[0]))


def construct(
    context: Context,
    scope: Scope,
    seen: Seen,
    *,
    policy: Policy,
    model: ChatModel | None,
    author: Author,
    finish: Finish | None = None,
) -> Constructed:
    """Construct one note with a model, or by rules without one.

    `finish` is called in the transaction that stores everything, but not after a failure of the model. Raises
    EmbedderUnavailable, EmbedderMismatch, StorageBusy.
    """
    note, attributes = seen.note, seen.before
    try:
        analyst = context.amem.rules if model is None else context.amem.analyst(model)
        attributes = analyst.analyse(seen.setting.analysed)
        construction = Evolution(note, seen.before, attributes, seen.setting.sources)
        plan = _judged(context, scope, construction, policy=policy, model=model)
    except LLM_FAILURES as failure:
        return fall_back(context, scope, seen, failure, author=author, attributes=attributes)
    return Constructed(store_plans(context, scope, [plan], author=author, finish=finish))


def fall_back(
    context: Context,
    scope: Scope,
    seen: Seen,
    failure: MemsvcError,
    *,
    author: Author,
    attributes: Attributes | None = None,
) -> Constructed:
    """Store the attributes, those that the note has, or those that rules find; raises as `construct` does."""
    attributes = attributes or seen.before or context.amem.rules.analyse(seen.setting.analysed)
    plan = Plan((Evolution(seen.note, seen.before, attributes, seen.setting.sources),))
    return Constructed(
        store_plans(context, scope, [plan], author=replace(author, analysis=author.fallback)), failure
    )


def _judged(
    context: Context, scope: Scope, construction: Evolution, *, policy: Policy, model: ChatModel | None
) -> Plan:
    """Find the nearest notes and plan what follows for them; raises LLM_FAILURES."""
    note, attributes = construction.note, construction.after
    vector = context.embedder.embed([concatenation(note.content, attributes)])[0]
    with context.storage.reader(scope) as reader:
        state = reader.state
        if state is None:
            return Plan()
        near = nearest(context, reader, state, note, vector, k=policy.amem.neighbours)
        if model is None:
            return plan_by_rules(context, reader, state, construction, near, tau=policy.links.tau)
    judge = context.amem.judge(model)
    judgement = judge.judge(shown(note, attributes), [shown(each.note, each.attributes) for each in near])
    return planned(construction, near, judgement)
