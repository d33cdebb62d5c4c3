"""What of the candidates SQL still has and selects: an index may know less than the truth."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from memsvc.domain.notes import Note
from memsvc.domain.recall import Level, RecallQuery, Standing
from memsvc.domain.selection import selects
from memsvc.memory.influence import FULL, Judge
from memsvc.ports.ranking import Candidates, SessionCandidate
from memsvc.ports.storage import Reader

__all__ = ["Confirmed", "confirmed", "confirmed_sessions", "rows_found"]

_NOTES_PER_SESSION = 3


class Confirmed(NamedTuple):
    """A candidate at its place in the list, from 0."""

    position: int
    note: Note
    score: float
    standing: Standing


def confirmed(reader: Reader, query: RecallQuery, candidates: Candidates, judge: Judge) -> Iterator[Confirmed]:
    """Yield the notes from the query's offset on; with `full_only` those of full influence alone."""
    rows = candidates.fused.rows.tolist()
    scores = candidates.fused.scores.tolist()
    start = query.offset
    while start < len(rows):
        end = min(len(rows), start + query.k + 1)
        notes = [note for note in reader.notes_by_row(rows[start:end]) if selects(query.selection, note)]
        standings = judge.standings(reader, notes)
        found = {note.row: (note, standing) for note, standing in zip(notes, standings, strict=True)}
        for position in range(start, end):
            if (one := found.get(rows[position])) is None:
                continue
            note, standing = one
            if standing == FULL or not query.full_only:
                yield Confirmed(position, note, scores[position], standing)
        start = end


def confirmed_sessions(
    reader: Reader, query: RecallQuery, candidates: Candidates, judge: Judge, *, count: int
) -> list[tuple[SessionCandidate, list[Confirmed]]]:
    """Return `count` sessions from the query's offset on, each with its best notes, which may be none."""
    page = candidates.sessions[query.offset : query.offset + count]
    best = [row for each in page for row in each.note_rows[:_NOTES_PER_SESSION]]
    notes = [note for note in reader.notes_by_row(best) if selects(query.selection, note)]
    found = {
        note.row: (note, standing) for note, standing in zip(notes, judge.standings(reader, notes), strict=True)
    }
    scores = dict(zip(candidates.fused.rows.tolist(), candidates.fused.scores.tolist(), strict=True))
    answer = []
    for each in page:
        known = [(row, found[row]) for row in each.note_rows[:_NOTES_PER_SESSION] if row in found]
        inner = [
            Confirmed(place, note, scores[row], standing)
            for place, (row, (note, standing)) in enumerate(known)
            if standing == FULL or not query.full_only
        ]
        answer.append((each, inner))
    return answer


def rows_found(
    reader: Reader, query: RecallQuery, candidates: Candidates, judge: Judge, *, reach: int
) -> frozenset[int]:
    """Return the rows of the notes of full influence that the query's best `reach` hits are."""
    if query.level is Level.SESSION:
        sessions = confirmed_sessions(reader, query, candidates, judge, count=reach)
        return frozenset(one.note.row for _, inner in sessions for one in inner)
    best = islice(confirmed(reader, query, candidates, judge), reach)
    return frozenset(one.note.row for one in best if query.min_score is None or one.score >= query.min_score)
