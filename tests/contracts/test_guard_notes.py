"""What the guard keeps of notes: originals, assessments, reviews, shingles and scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.guarding import Assessment, Decision, Ledgers, Review, Signal, Stage, Verdict
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Status
from memsvc.errors import Conflict, NotFound
from memsvc.ports.guard import HOLDERS_READ, BenignScore, Guard
from memsvc.ports.storage import Storage
from tests.support.drafts import ACTOR, SCOPE, T0, at, change, draft, purge, store

UNKNOWN = NoteId("018df9e2-0000-7000-8000-000000000000")
SIGNAL = Signal("wordlm", 21.25, 0.001, "8 words at 17.2 bits", (4, 40))
KEYED = Signal("transplant", 1.0, 1 / 301, "ö", None, 2)
WRITTEN = Assessment(Stage.WRITE, Verdict.LIMIT, Ledgers(0.9, 0.5, 0.8), (SIGNAL, KEYED), at(1), "m-1")
PROBED = Assessment(Stage.PROBE, Verdict.QUARANTINE, Ledgers(1.0, 0.5, 0.8), (), at(2), "m-1", ("hubness",))
REVIEW = Review(Decision.RELEASED, at(3), "an operator", "a harmless preference, said twice")


def put(storage: Storage, *notes: str, **fields: Any) -> list[NoteDraft]:
    drafts = [draft(note, **fields) for note in notes]
    store(storage, *drafts)
    return drafts


def quarantine(storage: Storage, note: NoteId) -> None:
    change(storage, note, Operation.QUARANTINED, Status.QUARANTINED)


def rows(storage: Storage, *drafts: NoteDraft) -> list[int]:
    with storage.reader(SCOPE) as reader:
        return [note.row for note in reader.notes([each.id for each in drafts])]


def sharing(storage: Storage, *hashes: int, most: int = 9) -> dict[int, tuple[int, ...]]:
    with storage.reader(SCOPE) as reader:
        return reader.guard.sharing(hashes, most=most)


def scores(storage: Storage, detector: str, bucket: str, *, limit: int = 9) -> list[float]:
    with storage.reader(SCOPE) as reader:
        return sorted(reader.guard.scores(detector, bucket, limit=limit).tolist())


def test_the_original_of_a_draft_is_kept(storage: Storage) -> None:
    plain, changed = draft("plain"), draft("changed", original="ch\u200banged")
    store(storage, plain, changed)
    with storage.reader(SCOPE) as reader:
        found = [reader.guard.original(note) for note in (plain.id, changed.id, UNKNOWN)]
    assert found == [None, "ch\u200banged", None]


def test_an_original_can_be_put_later(storage: Storage) -> None:
    (note,) = put(storage, "a", original="first")
    with storage.writer(SCOPE) as writer:
        writer.guard.put_original(note.id, "second")
    with storage.reader(SCOPE) as reader:
        assert reader.guard.original(note.id) == "second"


def test_the_last_assessment_of_each_stage_is_kept(storage: Storage) -> None:
    a, b, bare = put(storage, "a", "b", "c")
    with storage.writer(SCOPE) as writer:
        writer.guard.put_assessments({a.id: PROBED, b.id: WRITTEN})
        writer.guard.put_assessments({a.id: WRITTEN})
        writer.guard.put_assessments({b.id: replace(WRITTEN, verdict=Verdict.ALLOW)})
    with storage.reader(SCOPE) as reader:
        found = reader.guard.assessments([a.id, b.id, bare.id, UNKNOWN])
    assert found.keys() == {a.id, b.id}
    assert found[a.id] == (WRITTEN, PROBED)
    assert [(each.stage, each.verdict) for each in found[b.id]] == [(Stage.WRITE, Verdict.ALLOW)]


def test_a_note_is_reviewed_once(storage: Storage) -> None:
    a, b = put(storage, "a", "b")
    with storage.writer(SCOPE) as writer:
        writer.guard.put_review(a.id, REVIEW)
    with pytest.raises(Conflict, match="released"), storage.writer(SCOPE) as writer:
        writer.guard.put_review(a.id, Review(Decision.REJECTED, at(9), "another", "no"))
    with storage.reader(SCOPE) as reader:
        assert reader.guard.reviews([a.id, b.id, UNKNOWN]) == {a.id: REVIEW}


def test_a_withdrawn_review_makes_room_for_another(storage: Storage) -> None:
    (note,) = put(storage, "a")
    rejected = Review(Decision.REJECTED, at(9), "another", "no")
    with storage.writer(SCOPE) as writer:
        writer.guard.withdraw_review(note.id)
        writer.guard.put_review(note.id, REVIEW)
        writer.guard.withdraw_review(note.id)
        writer.guard.put_review(note.id, rejected)
    with storage.reader(SCOPE) as reader:
        assert reader.guard.reviews([note.id]) == {note.id: rejected}


def test_quarantined_notes_wait_until_they_are_reviewed(storage: Storage) -> None:
    a, b, c, _, forgotten = put(storage, "a", "b", "c", "d", "e")
    for each in (a, b, c):
        quarantine(storage, each.id)
    change(storage, forgotten.id, Operation.FORGOTTEN, Status.FORGOTTEN)
    with storage.writer(SCOPE) as writer:
        writer.guard.put_review(b.id, REVIEW)
    with storage.reader(SCOPE) as reader:
        found = reader.guard.waiting(after_row=0, limit=9)
        page = reader.guard.waiting(after_row=found[0].row, limit=1)
        assert [len(reader.guard.waiting(after_row=0, limit=1))] == [1]
    assert [note.id for note in found] == [a.id, c.id]
    assert [note.id for note in page] == [c.id]
    assert found[0].content == "a"


def test_doubtful_notes_wait_too(storage: Storage) -> None:
    limits, probed, waits, reviewed, hidden = put(storage, "a", "b", "c", "d", "e", status=Status.LIMITED)
    doubt = Assessment(Stage.WRITE, Verdict.LIMIT, Ledgers(0.0, 1.0, 0.6), (), at(9), "1")
    cleared = replace(doubt, stage=Stage.PROBE, verdict=Verdict.ALLOW, at=at(10))
    quarantine(storage, hidden.id)
    with storage.writer(SCOPE) as writer:
        writer.guard.put_assessments({each.id: doubt for each in (limits, probed, reviewed, hidden)})
        writer.guard.put_assessments({probed.id: cleared, limits.id: replace(doubt, stage=Stage.PROBE, at=at(10))})
        writer.guard.put_assessments({waits.id: replace(doubt, verdict=Verdict.ALLOW)})
        writer.guard.put_review(reviewed.id, REVIEW)
    with storage.reader(SCOPE) as reader:
        found = reader.guard.waiting(after_row=0, limit=9)
        assert [note.id for note in found] == [limits.id, hidden.id]
        assert [note.id for note in reader.guard.waiting(after_row=found[0].row, limit=9)] == [hidden.id]
        assert [note.id for note in reader.guard.waiting(after_row=0, limit=1)] == [limits.id]


def test_limited_notes_that_rest_on_a_rejected_one_wait_too(storage: Storage) -> None:
    rejected, released, open_ = put(storage, "a", "b", "c")
    informed, evolved, of_released, of_open, active = put(storage, "d", "e", "f", "g", "h")
    for each in (rejected, released, open_):
        quarantine(storage, each.id)
    for each in (informed, evolved, of_released, of_open):
        change(storage, each.id, Operation.UPDATED, Status.LIMITED)
    with storage.writer(SCOPE) as writer:
        writer.guard.put_review(rejected.id, replace(REVIEW, decision=Decision.REJECTED))
        writer.guard.put_review(released.id, replace(REVIEW, decision=Decision.RELEASED))
        writer.derivations.add(
            [
                Derivation(informed.id, rejected.id, Role.INFORMED),
                Derivation(informed.id, rejected.id, Role.CONTEXT),
                Derivation(evolved.id, rejected.id, Role.EVOLUTION),
                Derivation(of_released.id, released.id, Role.INFORMED),
                Derivation(of_open.id, open_.id, Role.INFORMED),
                Derivation(active.id, rejected.id, Role.INFORMED),
            ]
        )
    with storage.reader(SCOPE) as reader:
        found = reader.guard.waiting(after_row=0, limit=9)
        assert [note.id for note in found] == [open_.id, informed.id]
        assert reader.guard.waiting(after_row=found[1].row, limit=9) == []


def test_runs_are_shared_by_the_newest_visible_notes(storage: Storage) -> None:
    kept = put(storage, "a", "b", "c", "d")
    a, b, c, d = rows(storage, *kept)
    low, high = -(2**63), 2**63 - 1
    with storage.writer(SCOPE) as writer:
        writer.guard.put_shingles({kept[0].id: [1, low], kept[1].id: [1, 1], kept[2].id: [1], kept[3].id: [high]})
    quarantine(storage, kept[1].id)
    assert sharing(storage, 1, low, high, 7) == {1: (c, a), low: (a,), high: (d,)}
    assert sharing(storage, 1, high, most=1) == {1: (c,), high: (d,)}
    assert sharing(storage) == sharing(storage, 7) == sharing(storage, 1, most=0) == {}
    assert b not in sharing(storage, 1)[1]


def test_shingles_are_replaced(storage: Storage) -> None:
    a, b = put(storage, "a", "b")
    with storage.writer(SCOPE) as writer:
        writer.guard.put_shingles({a.id: [1, 2], b.id: [2]})
        writer.guard.put_shingles({a.id: [3]})
    (row_a, row_b) = rows(storage, a, b)
    assert sharing(storage, 1, 2, 3) == {2: (row_b,), 3: (row_a,)}


def test_notes_that_are_trusted_less_take_no_place_among_the_newest(storage: Storage) -> None:
    trusted = put(storage, "a", "b", trust=0.6)
    untrusted = put(storage, "c", "d", "e", trust=0.2)
    with storage.writer(SCOPE) as writer:
        writer.guard.put_shingles({each.id: [1] for each in (*trusted, *untrusted)})
    newest = sorted(rows(storage, *trusted), reverse=True)
    with storage.reader(SCOPE) as reader:
        found = [reader.guard.sharing([1], most=2, least_trust=least).get(1, ()) for least in (0.6, 0.61)]
    assert found == [tuple(newest), ()]


def test_quarantined_notes_that_hold_a_run_are_asked_for_by_themselves(storage: Storage) -> None:
    trusted, untrusted = put(storage, "a", "b", "c", trust=0.6), put(storage, "d", trust=0.2)
    with storage.writer(SCOPE) as writer:
        writer.guard.put_shingles({each.id: [1] for each in (*trusted, *untrusted)})
    for each in (*trusted[:2], *untrusted):
        quarantine(storage, each.id)
    change(storage, trusted[2].id, Operation.FORGOTTEN, Status.FORGOTTEN)
    first, second, third = rows(storage, *trusted[:2], *untrusted)
    with storage.reader(SCOPE) as reader:
        asked = [
            reader.guard.sharing([1, 2], most=most, least_trust=least, quarantined=True)
            for most, least in ((9, 0.0), (9, 0.6), (1, 0.6))
        ]
        assert reader.guard.sharing([1], most=9) == {}
    assert asked == [{1: (third, second, first)}, {1: (second, first)}, {1: (second,)}]


def test_of_a_run_that_a_crowd_holds_the_newest_alone_are_looked_at(storage: Storage) -> None:
    trusted = put(storage, "a", trust=0.6)
    crowd = put(storage, *(f"copy {number}" for number in range(HOLDERS_READ)), trust=0.2)
    with storage.writer(SCOPE) as writer:
        writer.guard.put_shingles({each.id: [1] for each in (*trusted, *crowd)} | {crowd[0].id: [2]})
    with storage.reader(SCOPE) as reader:
        before = reader.guard.sharing([1], most=2, least_trust=0.6)
    with storage.writer(SCOPE) as writer:
        writer.guard.put_shingles({crowd[0].id: [1, 2]})
    with storage.reader(SCOPE) as reader:
        assert reader.guard.sharing([1], most=2, least_trust=0.6) == {}
    assert before == {1: tuple(rows(storage, *trusted))}


def test_scores_are_of_the_newest_active_notes_of_a_bucket(storage: Storage) -> None:
    active = put(storage, "a", "b", "c", "d")
    limited, held = put(storage, "e", status=Status.LIMITED) + put(storage, "f")
    everything = [*active, limited, held]
    with storage.writer(SCOPE) as writer:
        writer.guard.put_scores([BenignScore(each.id, "lm", "b", n) for n, each in enumerate(everything)])
        writer.guard.put_scores([BenignScore(active[0].id, "runs", "b", 0.25)])
        writer.guard.put_scores([BenignScore(active[1].id, "lm", "other", 9.5)])
    quarantine(storage, held.id)
    assert scores(storage, "lm", "b") == [0.0, 2.0, 3.0]
    assert scores(storage, "lm", "b", limit=2) == [2.0, 3.0]
    assert scores(storage, "lm", "other") == [9.5]
    assert scores(storage, "runs", "b") == [0.25]
    assert scores(storage, "none", "b") == []


def test_a_released_note_counts_as_harmless(storage: Storage) -> None:
    (note,) = put(storage, "a", status=Status.QUARANTINED)
    with storage.writer(SCOPE) as writer:
        writer.guard.put_scores([BenignScore(note.id, "lm", "b", 4.5)])
    assert scores(storage, "lm", "b") == []
    change(storage, note.id, Operation.RELEASED, Status.ACTIVE)
    assert scores(storage, "lm", "b") == [4.5]


def test_notes_are_found_by_who_stored_them(storage: Storage) -> None:
    a, b = put(storage, "a", "b")
    with storage.writer(SCOPE) as writer:
        theirs = draft("theirs", keys=["a"], ingest_time=at(60))
        writer.add([theirs], actor="somebody else")
    quarantine(storage, a.id)
    with storage.reader(SCOPE) as reader:
        mine = reader.guard.written_by(ACTOR, after_row=0, limit=9)
        assert [note.id for note in mine] == [a.id, b.id]
        assert reader.guard.written_by(ACTOR, after_row=0, limit=1) == mine[:1]
        assert reader.guard.written_by(ACTOR, after_row=mine[0].row, limit=9) == mine[1:]
        assert reader.guard.written_by("nobody", after_row=0, limit=9) == []
        assert reader.guard.written_since(ACTOR, T0) == 2
        assert reader.guard.written_since("nobody", T0) == 0
        elsewhere = at(60).astimezone(timezone(timedelta(hours=5)))
        assert [reader.guard.written_since(each, elsewhere) for each in (ACTOR, "somebody else")] == [0, 1]
        assert reader.guard.written_since("somebody else", at(61)) == 0


def test_quarantined_notes_are_found_by_what_they_repeat_and_who_stored_them(storage: Storage) -> None:
    first, visible, other = put(storage, "a", "b", "c")
    for each in (first, other):
        quarantine(storage, each.id)
    with storage.writer(SCOPE) as writer:
        again, theirs = draft("a", status=Status.QUARANTINED), draft("a", status=Status.QUARANTINED)
        writer.add([again], actor=ACTOR)
        writer.add([theirs], actor="somebody else")
    a, b, c = (draft(each).dedupe for each in "abc")
    with storage.reader(SCOPE) as reader:
        found = reader.guard.quarantined
        assert found([a, b, c], ACTOR, most=9) == {a: (again.id, first.id), c: (other.id,)}
        assert found([a, c], ACTOR, most=2) == {a: (again.id,), c: (other.id,)}
        assert found([a], "somebody else", most=9) == {a: (theirs.id,)}
        assert found([], ACTOR, most=9) == {}
    assert visible.status is Status.ACTIVE


WRITES: dict[str, Callable[[Guard, NoteId], None]] = {
    "original": lambda guard, note: guard.put_original(note, "x"),
    "assessments": lambda guard, note: guard.put_assessments({note: WRITTEN}),
    "review": lambda guard, note: guard.put_review(note, REVIEW),
    "withdrawal": lambda guard, note: guard.withdraw_review(note),
    "shingles": lambda guard, note: guard.put_shingles({note: [1]}),
    "scores": lambda guard, note: guard.put_scores([BenignScore(note, "lm", "b", 1.0)]),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_nothing_is_kept_of_unknown_notes(storage: Storage, write: Callable[[Guard, NoteId], None]) -> None:
    put(storage, "a")
    with pytest.raises(NotFound, match="nothing was stored"), storage.writer(SCOPE) as writer:
        write(writer.guard, UNKNOWN)


def test_nothing_put_is_nothing_kept(storage: Storage) -> None:
    with storage.writer(SCOPE) as writer:
        writer.guard.put_assessments({})
        writer.guard.put_shingles({})
        writer.guard.put_scores([])
    with storage.reader(SCOPE) as reader:
        assert reader.state is None


def test_a_purged_note_leaves_nothing_with_the_guard(storage: Storage) -> None:
    gone, kept = put(storage, "gone", "kept", original="sent")
    with storage.writer(SCOPE) as writer:
        for note in (gone.id, kept.id):
            writer.guard.put_assessments({note: WRITTEN})
            writer.guard.put_review(note, REVIEW)
            writer.guard.put_shingles({note: [1]})
            writer.guard.put_scores([BenignScore(note, "lm", "b", 1.0)])
    purge(storage, gone.id)
    (row,) = rows(storage, kept)
    with storage.reader(SCOPE) as reader:
        assert reader.guard.original(gone.id) is None
        assert reader.guard.original(kept.id) == "sent"
        assert reader.guard.assessments([gone.id, kept.id]) == {kept.id: (WRITTEN,)}
        assert reader.guard.reviews([gone.id, kept.id]) == {kept.id: REVIEW}
    assert sharing(storage, 1) == {1: (row,)}
    assert scores(storage, "lm", "b") == [1.0]


def test_active_notes_are_cleared_by_a_probe_a_scan_or_a_release(storage: Storage) -> None:
    probed, scanned, released, rejected, written, held = put(storage, *"abcdef")
    (limited,) = put(storage, "h", status=Status.LIMITED)
    with storage.writer(SCOPE) as writer:
        for each in (probed, held, limited):
            writer.guard.put_assessments({each.id: PROBED})
        writer.guard.put_assessments({scanned.id: replace(PROBED, stage=Stage.SCAN), written.id: WRITTEN})
        writer.guard.put_review(released.id, REVIEW)
        writer.guard.put_review(rejected.id, replace(REVIEW, decision=Decision.REJECTED))
    quarantine(storage, held.id)
    with storage.reader(SCOPE) as reader:
        assert reader.guard.cleared().tolist() == rows(storage, probed, scanned, released)
