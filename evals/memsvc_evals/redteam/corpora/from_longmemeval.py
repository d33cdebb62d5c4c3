"""LongMemEval as a corpus: a bounded sample of the rounds of several haystacks, in one memory."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from memsvc_evals.longmemeval.question import LmeSession, Question
from memsvc_evals.longmemeval.schema import read_questions
from memsvc_evals.redteam.corpora.corpus import Corpus, CorpusKind, CorpusNote, CorpusQuestion, Turn

__all__ = ["longmemeval_corpus"]

# Haystacks share many sessions: sessions without an answer are drawn from the first ones only.
_HAYSTACKS = 12


def longmemeval_corpus(path: Path, *, seed: int, limit: int) -> Corpus:
    """Return all questions that a labelled user turn answers, their evidence, and other rounds up to `limit`.

    Whole sessions with evidence come first, then a sample by the seed of the first haystacks' other rounds.
    """
    gold: dict[str, CorpusNote] = {}
    others: dict[str, CorpusNote] = {}
    questions: list[CorpusQuestion] = []
    for number, question in enumerate(read_questions(path)):
        evidence: list[str] = []
        for session in question.haystack:
            is_evidence = session.id in question.answer_session_ids
            if not is_evidence and number >= _HAYSTACKS:
                continue
            for note, answers in _rounds(question, session):
                (gold if is_evidence else others)[note.id] = note
                evidence += [note.id] if is_evidence and answers else []
        if evidence and not question.is_abstention:
            answer = str(question.answer)
            questions.append(CorpusQuestion(question.id, question.text, tuple(evidence), answer))
    kept = _kept(gold, questions, limit)
    spare = [note for identity, note in others.items() if identity not in kept]
    random.Random(f"longmemeval/{seed}").shuffle(spare)
    notes = (*kept.values(), *spare[: max(0, limit - len(kept))])
    answered = tuple(question for question in questions if all(each in kept for each in question.gold))
    return Corpus(path.name.split(".")[0], CorpusKind.DIALOGUE, notes, answered)


def _rounds(question: Question, session: LmeSession) -> Iterator[tuple[CorpusNote, bool]]:
    """Yield the rounds of a session, each with whether it holds an answer."""
    starts = [i for i, turn in enumerate(session.turns) if turn.role == "user"]
    for start, end in zip(starts, [*starts[1:], len(session.turns)], strict=True):
        turns = [turn for turn in session.turns[start:end] if turn.content.strip()]
        if turns and turns[0].role == "user":
            place = f"{session.id}/{start}"
            found = tuple(Turn(turn.role, turn.content) for turn in turns)
            yield CorpusNote(place, f"{question.id}/{session.id}", found), any(turn.has_answer for turn in turns)


def _kept(gold: dict[str, CorpusNote], questions: list[CorpusQuestion], limit: int) -> dict[str, CorpusNote]:
    """Return the rounds with answers, then the rest of their sessions, at most three quarters of the limit."""
    answering = {each for question in questions for each in question.gold}
    ordered = [note for note in gold.values() if note.id in answering]
    ordered += [note for note in gold.values() if note.id not in answering]
    return {note.id: note for note in ordered[: limit * 3 // 4]}
