"""What several principals do one after another, and what is seen in the end, rolled back or without poison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import timedelta

from hypothesis import strategies as st

from memsvc.domain.attributes import Attributes
from memsvc.domain.ids import NoteId
from memsvc.domain.links import STORED_TYPES
from memsvc.domain.notes import Kind, Note, Status
from memsvc.domain.receipts import Actor
from memsvc.domain.selection import VISIBLE
from memsvc.errors import Conflict
from tests.guard.rollback.conftest import ALICE, BOB, MALLORY, Memory
from tests.memory.conftest import SCOPE

__all__ = ["MARK", "Act", "Script", "acts", "seen"]

# A word that only the poison says.
MARK = "zanzibar"
_CLEAN = (ALICE, BOB)
# One for each place in a script: what was closed and is told again is another note, which a replay may not have.
_PLACES = ("Rome", "Oslo", "Bern", "Lima", "Cairo", "Quito", "Delhi", "Minsk", "Turin", "Paris", "Sofia", "Riga")
_ROLES = ("an actor", "a writer", "a singer")


@dataclass(frozen=True)
class Act:
    """One thing that is done; `target` and `other` name earlier acts by how far back they are."""

    kind: str
    who: Actor = ALICE
    text: str = ""
    days: int = 0
    target: int = 0
    other: int = 0

    @property
    def is_poison(self) -> bool:
        return self.who is MALLORY


@dataclass
class Script:
    """Acts on a memory."""

    memory: Memory

    def play(self, acts: Sequence[Act], *, without_poison: bool) -> list[Act]:
        """Do the acts, and return them as they were done: what was refused is no part of what happened.

        Without poison those of it are left out, and those that name what it stored.
        """
        done: list[Act] = []
        stored: list[NoteId | None] = []
        begin = self.memory.clock.now
        for place, act in enumerate(acts):
            self.memory.clock.now = begin + timedelta(minutes=place)
            named = [stored[-1 - back % len(stored)] for back in (act.target, act.other)] if stored else []
            if act.kind == "replace":
                # What is replaced before it is thought about is so after a rollback only, as if told late.
                self.memory.work()
            makes = act.kind in ("round", "item", "replace")
            if act.is_poison and without_poison:
                stored += [None] if makes else []
            elif makes:
                act = self._accepted(act, named)
                stored.append(self._store(act, named))
            elif not self._do(act, named):
                act = replace(act, kind="nothing")
            done.append(act)
        self.memory.clock.now = begin + timedelta(minutes=len(acts))
        self.memory.work()
        return done

    def settle(self) -> None:
        """Have all thoughts judged, as what is told again is not judged at once, but by a rollback."""
        self.memory.service.forget_thoughts(SCOPE, actor=ALICE)
        self.memory.service.merge_thoughts(SCOPE, actor=ALICE)

    def _accepted(self, act: Act, named: Sequence[NoteId | None]) -> Act:
        """Return the act as the service takes it: what is not current cannot be replaced, only stored beside."""
        current = bool(named) and named[0] is not None and self.memory.status(named[0]) in VISIBLE
        return act if act.kind != "replace" or current else replace(act, kind="item")

    def _store(self, act: Act, named: Sequence[NoteId | None]) -> NoteId:
        if act.kind == "round":
            return self.memory.round(act.text, act.who, days=act.days)
        return self.memory.item(act.text, act.who, supersedes=named[0] if act.kind == "replace" else None)

    def _do(self, act: Act, named: Sequence[NoteId | None]) -> bool:
        """Do what is done to notes, and return whether the service let it."""
        service = self.memory.service
        if act.kind == "work":
            self.memory.work()
            return True
        first, second = named or (None, None)
        if first is None:
            return False
        try:
            if act.kind == "link" and second not in (None, first):
                service.link(SCOPE, first, second, actor=act.who)
            elif act.kind == "forget":
                service.forget(SCOPE, first, actor=act.who)
            elif act.kind == "restore":
                service.restore(SCOPE, first, actor=act.who)
            elif act.kind == "evolve":
                service.evolve(SCOPE, first, actor=act.who)
        except Conflict:
            return False
        return True


def acts(*kinds: str, poison: bool = True, most: int = 10) -> st.SearchStrategy[list[Act]]:
    """Draw acts, each statement of a day of its own."""
    who = st.sampled_from([*_CLEAN, MALLORY] if poison else list(_CLEAN))
    one = st.tuples(st.sampled_from(kinds), who, st.integers(0, 5), st.integers(0, 5), st.integers(0, 9))
    return st.lists(one, min_size=3, max_size=most).map(
        lambda drawn: [_act(place, *each) for place, each in enumerate(drawn)]
    )


def _act(place: int, kind: str, who: Actor, target: int, other: int, choice: int) -> Act:
    if kind in ("round", "item", "replace"):
        return Act(kind, who, _said(place, kind, who, choice), days=(place * 7) % 60, target=target)
    # What is done to notes is done by those who can be trusted: only what was said is taken back.
    return Act(kind, ALICE, target=target, other=other)


def _said(place: int, kind: str, who: Actor, choice: int) -> str:
    mark = f" {MARK.capitalize()}" if who is MALLORY else ""
    if kind != "round":
        return f"Rex the puppy chews leather shoes number {place}{mark}"
    if choice < 5:
        return f"I live in {MARK.capitalize() if who is MALLORY else _PLACES[place]} now."
    return f"John is {f'a {MARK}' if who is MALLORY else _ROLES[choice % 3]}."


def seen(memory: Memory) -> list[str]:
    """Return what users see of all notes by content instead of id.

    That is without those that are quarantined, and those that another one stands for that says the same; what is
    said twice with the same times counts once.
    """
    every = {note.id: note for note in memory.notes() if note.status is not Status.QUARANTINED}
    notes = {name: note for name, note in every.items() if not _has_twin(note, every)}
    with memory.storage.reader(SCOPE) as reader:
        triples = reader.triples.get_many(list(notes))
        attributes = reader.attributes.get_many(list(notes))
        links = reader.links.touching(list(notes))
    found: list[object] = [
        (
            _facts(note, every),
            [astuple(each) for each in triples.get(note.id, ())],
            _parts(attributes.get(note.id)),
        )
        for note in notes.values()
    ]
    ends = [(sorted((notes[link.note].content, notes[link.other].content)), link.type) for link in links]
    assert {link.type for link in links} <= STORED_TYPES
    return sorted({repr(each) for each in (*found, *ends)})


def _has_twin(note: Note, notes: dict[NoteId, Note]) -> bool:
    by = None if note.superseded_by is None else notes.get(note.superseded_by)
    return note.status is Status.MERGED and by is not None and by.content == note.content


def _facts(note: Note, notes: dict[NoteId, Note]) -> tuple[object, ...]:
    by = None if note.superseded_by is None else notes[note.superseded_by].content
    told = note.event_time if note.kind is not Kind.THOUGHT else None
    return note.kind, note.content, note.status, note.valid_from, note.valid_to, by, note.trust, note.origin, told


def _parts(attributes: Attributes | None) -> object:
    return None if attributes is None else astuple(attributes)
