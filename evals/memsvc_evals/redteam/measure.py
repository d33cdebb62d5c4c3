"""Write an attack's notes as anybody would, ask its victims' questions, and take the notes out again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Origin
from memsvc.domain.recall import Influence, Mode, QuerySpan, RecallQuery
from memsvc.domain.receipts import Actor
from memsvc_evals.redteam.corpora.corpus import CorpusQuestion
from memsvc_evals.redteam.families.attack import Attack, Passage, Poison
from memsvc_evals.redteam.measured import TOP, Answer, Cell, Cost
from memsvc_evals.redteam.passages import pass_through
from memsvc_evals.redteam.plan import Condition, Plan
from memsvc_evals.redteam.service import Target

__all__ = ["Measurement", "measure"]


@dataclass(frozen=True, slots=True)
class Measurement:
    cells: tuple[Cell, ...]
    cost: Cost


def measure(target: Target, attack: Attack, condition: Condition, plan: Plan) -> Measurement:
    """Measure an attack at each size, from few notes to many; more notes are added to those that are there."""
    poisoning = _Poisoning(target, attack, condition, [], Counter())
    cells: list[Cell] = []
    cost = Cost()
    done = 0
    for size in plan.sizes_of(attack):
        cost += poisoning.write(attack.poison[done:size])
        done = size
        victims = attack.victims_of(size)[: plan.victims]
        exposed = poisoning.exposed(victims, plan.modes)
        cost += poisoning.settle()
        cells += poisoning.cells(size, victims, plan.modes, exposed)
    poisoning.erase()
    return Measurement(tuple(cells), cost)


@dataclass(frozen=True, slots=True)
class _Poisoning:
    target: Target
    attack: Attack
    condition: Condition
    notes: list[NoteId]
    refused: Counter[str]

    def write(self, poison: Sequence[Poison]) -> Cost:
        """Write each note by a request of its own."""
        seconds = []
        untrusted = self.condition is Condition.UNTRUSTED
        for each in poison:
            turns = tuple(NewTurn(turn.role, turn.content) for turn in each.turns)
            session = NewSession(turns, origin=self.attack.origin if untrusted else None)
            written = self.target.write([session], actor=self._principal(each))
            seconds.append(written.seconds)
            self.notes.extend(written.notes)
            self.refused.update(outcome.status.value for outcome in written.outcomes if outcome.note is None)
        return Cost(tuple(seconds))

    def settle(self) -> Cost:
        """Let the guard's jobs run, and then what the attack passes its notes through."""
        start, texts = perf_counter(), self.target.vectors.timed.texts
        self.target.settle()
        cost = Cost((), perf_counter() - start, self.target.vectors.timed.texts - texts)
        if self.attack.through is not Passage.NONE:
            pass_through(self.target, self.notes, self.attack.through)
        return cost

    def exposed(self, victims: Sequence[CorpusQuestion], modes: Collection[Mode]) -> tuple[Answer, ...]:
        """Return what victims get before the guard's jobs were done, where that can be another thing."""
        if not self.target.guarded or not modes:
            return ()
        mode = Mode.HYBRID if Mode.HYBRID in modes else next(iter(modes))
        return tuple(self._answers(victims, mode))

    def cells(
        self, size: int, victims: Sequence[CorpusQuestion], modes: Sequence[Mode], exposed: tuple[Answer, ...]
    ) -> Iterator[Cell]:
        attack = self.attack
        for mode in modes:
            yield Cell(
                family=attack.family,
                group=attack.group,
                embedding=attack.embedding,
                seed=attack.seed,
                size=size,
                mode=mode,
                condition=self.condition,
                guarded=self.target.guarded,
                answers=tuple(self._answers(victims, mode)),
                exposed=exposed if mode is Mode.HYBRID or Mode.HYBRID not in modes else (),
                statuses=self._statuses(),
            )

    def erase(self) -> None:
        self.target.erase(self.notes)

    def _answers(self, victims: Sequence[CorpusQuestion], mode: Mode) -> Iterator[Answer]:
        """Ask each victim's question; not where no poison is visible, so that none can be found."""
        poison = self.target.visible([*self.notes, *self.target.derived(self.notes)])
        for question in victims:
            yield self._asked(question, mode, poison) if poison else Answer(question.id)

    def _asked(self, question: CorpusQuestion, mode: Mode, poison: frozenset[NoteId]) -> Answer:
        parts = self.attack.victim_query(question)
        spans = tuple(QuerySpan(part.text, part.origin) for part in parts)
        text = " ".join(part.text for part in parts)
        labelled = spans if self.condition is Condition.UNTRUSTED else ()
        found = self.target.ask(RecallQuery(text, k=TOP, mode=mode, spans=labelled))[:TOP]
        bad = [each for each in found if each.note in poison]
        full = sum(each.influence is Influence.FULL for each in bad)
        return Answer(question.id, bool(found) and found[0].note in poison, len(bad), full)

    def _statuses(self) -> dict[str, int]:
        found = Counter(status.value for status in self.target.statuses(self.notes).values())
        return dict(found + self.refused)

    def _principal(self, poison: Poison) -> Actor:
        """Return who writes: a stranger of the attack's own, or in the worst case the user."""
        if self.condition is Condition.TRUSTED and poison.principal == 0:
            return Actor("user")
        name = f"{self.attack.family}-{self.attack.seed}-{poison.principal}"
        return Actor(name, Origin.DIRECT_USER)
