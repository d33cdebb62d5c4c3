"""What the guard costs those who mean no harm: notes that it flags, and answers that are lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Status
from memsvc.domain.recall import Influence, RecallQuery
from memsvc.domain.receipts import Actor
from memsvc_evals.redteam.corpora.corpus import CorpusNote, CorpusQuestion
from memsvc_evals.redteam.measured import TOP, Cost
from memsvc_evals.redteam.service import Target, Written

__all__ = ["Kept", "Outcomes", "Retrieved", "remember_corpus", "retrieve", "write_class"]

_USER = Actor("user")
_FLAGGED = frozenset({Status.QUARANTINED})
# Of the memory's own notes the last third is counted: those before are what the guard compares them with.
_COUNTED_AFTER = 2 / 3


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Harmless notes of one class: how many were hidden or refused, and how many are evidence only."""

    notes: int
    flagged: int
    limited: int
    detectors: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """The memory's own notes by their names in the corpus, and what became of those that are counted."""

    notes: Mapping[str, NoteId]
    outcomes: Outcomes
    cost: Cost


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Per question: was a note that answers it among the first five, and with full influence."""

    question: str
    hit: bool
    full: bool


def remember_corpus(target: Target, notes: Sequence[CorpusNote], *, on_note: Callable[[], None]) -> Kept:
    """Store the corpus session by session, and let the guard look at each before the next comes."""
    stored: dict[str, NoteId] = {}
    verdicts: dict[str, bool] = {}
    texts = 0
    seconds: list[float] = []
    spent = 0.0
    for session in _sessions(notes):
        turns = tuple(NewTurn(turn.role, turn.content) for note in session for turn in note.turns)
        written = target.write([NewSession(turns)], actor=_USER)
        seconds += [written.seconds / len(session)] * len(session)
        for note, outcome in zip(session, written.outcomes, strict=True):
            verdicts[note.id] = outcome.note is not None
            if outcome.note is not None:
                stored[note.id] = outcome.note
            on_note()
        before, embedded = perf_counter(), target.vectors.timed.texts
        target.settle()
        spent += perf_counter() - before
        texts += target.vectors.timed.texts - embedded
    counted = [note.id for note in notes[int(len(notes) * _COUNTED_AFTER) :]]
    cost = Cost(tuple(seconds), spent, texts)
    blocked = sum(not verdicts[name] for name in counted)
    return Kept(stored, _outcomes(target, [stored[name] for name in counted if name in stored], blocked), cost)


def write_class(target: Target, texts: Sequence[str]) -> tuple[Outcomes, Cost]:
    """Store texts of one class, every second one as what a user said and the others as facts, and erase them."""
    notes: list[NoteId] = []
    seconds: list[float] = []
    blocked = 0
    for number, text in enumerate(texts):
        written = _write(target, text, said=number % 2 == 0)
        seconds.append(written.seconds)
        notes += written.notes
        blocked += sum(outcome.note is None for outcome in written.outcomes)
    start, embedded = perf_counter(), target.vectors.timed.texts
    target.settle()
    cost = Cost(tuple(seconds), perf_counter() - start, target.vectors.timed.texts - embedded)
    outcomes = _outcomes(target, list(dict.fromkeys(notes)), blocked)
    target.erase(notes)
    return outcomes, cost


def retrieve(
    target: Target, questions: Sequence[CorpusQuestion], notes: Mapping[str, NoteId]
) -> Iterator[Retrieved]:
    """Ask the memory's own questions as its user does."""
    for question in questions:
        gold = {notes[name] for name in question.gold if name in notes}
        found = [each for each in target.ask(RecallQuery(question.text, k=TOP))[:TOP] if each.note in gold]
        yield Retrieved(question.id, bool(found), any(each.influence is Influence.FULL for each in found))


def _write(target: Target, text: str, *, said: bool) -> Written:
    if said:
        return target.write([NewSession((NewTurn("user", text),))], actor=_USER)
    return target.write_item(NewItem(text), actor=_USER)


def _outcomes(target: Target, notes: Sequence[NoteId], blocked: int) -> Outcomes:
    statuses = target.statuses(notes)
    flagged = [note for note, status in statuses.items() if status in _FLAGGED]
    limited = sum(status is Status.LIMITED for status in statuses.values())
    return Outcomes(len(statuses) + blocked, len(flagged) + blocked, limited, _detectors(target, flagged))


def _detectors(target: Target, notes: Sequence[NoteId]) -> Mapping[str, int]:
    """Count by which detector's most telling signal notes were flagged."""
    with target.app.storage.reader(target.scope) as reader:
        found = reader.guard.assessments(list(notes))
    worst = (
        min((s for a in of_note for s in a.signals), key=lambda s: s.p, default=None) for of_note in found.values()
    )
    return dict(Counter(signal.detector for signal in worst if signal is not None))


def _sessions(notes: Sequence[CorpusNote]) -> Iterator[list[CorpusNote]]:
    """Yield notes that stand together, session by session."""
    session: list[CorpusNote] = []
    for note in notes:
        if session and session[-1].session != note.session:
            yield session
            session = []
        session.append(note)
    if session:
        yield session
