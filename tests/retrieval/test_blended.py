"""Arms over a store: the time asked about, who is named, and the order of the list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from memsvc.domain.attributes import Method
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import SessionId
from memsvc.domain.links import LinkType, NewLink
from memsvc.domain.notes import Key, KeyKind, Kind
from memsvc.domain.recall import Level, Mode
from memsvc.domain.selection import Selection
from memsvc.ports.ranking import Ranked, RetrievalRequest
from memsvc_retrieval.blended import BlendSettings, TimeUse, blended
from memsvc_retrieval.context import ContextWeights
from memsvc_stores.memory import MemoryStorage
from tests.support.drafts import SCOPE, draft, forget, purge, sha256, store

ASKED = datetime(2023, 5, 30, 12, 0, tzinfo=UTC)
# "In March" is looked up two days wider.
FIRST, AFTER = datetime(2023, 2, 27, tzinfo=UTC), datetime(2023, 4, 3, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
ALONE = BlendSettings(context=ContextWeights(beside=0, beyond=0, session=0, length=0))


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


def filled(storage: MemoryStorage, *drafts: NoteDraft) -> list[int]:
    return [added.row or 0 for added in store(storage, *drafts)]


def ask(
    storage: MemoryStorage,
    dense: Mapping[int, float],
    *,
    question: str = "Where is it?",
    named: Collection[str] = (),
    settings: BlendSettings = ALONE,
    mode: Mode = Mode.HYBRID,
    kinds: frozenset[Kind] | None = None,
) -> tuple[Ranked, dict[int, int]]:
    """Fuse a dense arm alone, in the order that it is given."""
    arms = {"dense": Ranked(np.array(list(dense), np.int64), np.array(list(dense.values()), np.float32))}
    request = RetrievalRequest(question, None, mode, Level.NOTE, 50, Selection(kinds=kinds), ASKED)
    with storage.reader(SCOPE) as reader:
        return blended(reader, arms, request, named=named, settings=settings)[:2]


def by_row(found: Ranked) -> dict[int, float]:
    return dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True))


def test_nothing_found_is_an_empty_list(storage: MemoryStorage) -> None:
    filled(storage, draft("a"))
    found, session_of = ask(storage, {})
    assert (found.rows.tolist(), found.scores.tolist(), session_of) == ([], [], {})


def test_notes_that_are_gone_are_left_out(storage: MemoryStorage) -> None:
    gone, kept = draft("a b c"), draft("d e f")
    rows = filled(storage, gone, kept)
    purge(storage, gone.id)
    assert ask(storage, {rows[0]: 0.9, rows[1]: 0.8, 10**6: 0.7})[0].rows.tolist() == [rows[1]]


def test_a_list_of_nothing_but_gone_notes_is_empty(storage: MemoryStorage) -> None:
    gone = draft("a b c")
    rows = filled(storage, gone)
    purge(storage, gone.id)
    assert ask(storage, {rows[0]: 0.9})[0].rows.tolist() == []


def test_notes_come_by_score_and_alike_ones_by_row(storage: MemoryStorage) -> None:
    rows = filled(storage, *(draft(f"green tea {n}") for n in range(5)))
    found, _ = ask(storage, {rows[3]: 0.9, rows[0]: 0.5, rows[4]: 0.5, rows[2]: 0.5, rows[1]: 0.1})
    assert found.rows.tolist() == [rows[3], rows[0], rows[2], rows[4], rows[1]]
    assert (found.rows.dtype, found.scores.dtype) == (np.int64, np.float32)
    assert (np.diff(found.scores) <= 0).all()


def test_a_note_that_nothing_raises_keeps_its_blended_score(storage: MemoryStorage) -> None:
    rows = filled(storage, draft("green tea is grown in Assam"))
    expected = 0.5
    assert ask(storage, {rows[0]: 0.5})[0].scores.tolist() == pytest.approx([expected])


@pytest.mark.parametrize(
    ("at", "raised"),
    [
        (FIRST - MICROSECOND, False),
        (FIRST, True),
        (datetime(2023, 3, 15, tzinfo=UTC), True),
        (AFTER - MICROSECOND, True),
        (AFTER, False),
    ],
)
def test_a_note_of_the_time_asked_about_is_raised(storage: MemoryStorage, at: datetime, raised: bool) -> None:
    rows = filled(storage, draft("green tea", event_time=at), draft("black tea", event_time=ASKED))
    dense = dict.fromkeys(rows, 0.5)
    plain = by_row(ask(storage, dense)[0])
    timed = by_row(ask(storage, dense, question="What in March?")[0])
    assert timed[rows[0]] - plain[rows[0]] == pytest.approx(ALONE.in_range if raised else 0, abs=1e-5)
    assert timed[rows[1]] == pytest.approx(plain[rows[1]], abs=1e-5)


@pytest.mark.parametrize(
    ("time", "question", "order"),
    [
        ("boost", "What in March?", [1, 0]),
        ("off", "What in March?", [1, 0]),
        ("prune", "What in March?", [0, 1]),
        ("prune", "What?", [1, 0]),
    ],
)
def test_a_much_weaker_note_of_the_time_comes_first_only_if_time_prunes(
    storage: MemoryStorage, time: TimeUse, question: str, order: list[int]
) -> None:
    rows = filled(storage, draft("green tea", event_time=FIRST), draft("black tea", event_time=ASKED))
    settings = replace(ALONE, time=time)
    found, _ = ask(storage, {rows[1]: 0.9, rows[0]: -0.9}, question=question, settings=settings)
    assert found.rows.tolist() == [rows[n] for n in order]


def test_time_that_is_off_raises_nothing(storage: MemoryStorage) -> None:
    rows = filled(storage, draft("green tea", event_time=ASKED), draft("black tea", event_time=FIRST))
    settings = replace(ALONE, time="off")
    assert (
        ask(storage, dict.fromkeys(rows, 0.5), question="What in March?", settings=settings)[0].rows.tolist()
        == rows
    )


def test_an_event_of_the_time_asked_about_raises_its_note(storage: MemoryStorage) -> None:
    event = Key(
        KeyKind.EVENT,
        sha256("a race"),
        text="a race",
        event_start=FIRST - MICROSECOND,
        event_end=FIRST + MICROSECOND,
    )
    told = draft("a race", event_time=ASKED)
    rows = filled(storage, draft("b tea", event_time=ASKED), replace(told, keys=(*told.keys, event)))
    found, _ = ask(storage, {rows[0]: 0.5, rows[1]: 0.5}, question="What in March?")
    assert found.rows.tolist() == [rows[1], rows[0]]


def test_a_named_speakers_note_goes_before_anothers(storage: MemoryStorage) -> None:
    rows = filled(storage, draft("Bob: I moved to Rome"), draft("Ann: I moved to Rome"))
    dense = {rows[0]: 0.5, rows[1]: 0.5}
    assert ask(storage, dense)[0].rows.tolist() == rows
    assert ask(storage, dense, named={"Ann"})[0].rows.tolist() == [rows[1], rows[0]]


def test_a_short_note_that_only_asks_goes_behind_one_that_tells(storage: MemoryStorage) -> None:
    rows = filled(storage, draft("Where is Rome now?"), draft("Here is Rome now."))
    assert ask(storage, {rows[0]: 0.5, rows[1]: 0.5})[0].rows.tolist() == [rows[1], rows[0]]


def test_only_the_best_notes_are_read_for_their_wording(storage: MemoryStorage) -> None:
    rows = filled(storage, draft("Where is Rome now?"), draft("Here is Rome now."))
    unread = BlendSettings(context=ALONE.context, read=0)
    assert ask(storage, {rows[0]: 0.5, rows[1]: 0.5}, settings=unread)[0].rows.tolist() == rows


def test_a_short_note_is_raised_by_its_neighbour(storage: MemoryStorage) -> None:
    rows = filled(
        storage,
        draft("alone a", session=SessionId("s"), position=9),
        draft("beside a", session=SessionId("s"), position=1),
        draft("the best", session=SessionId("s"), position=0),
    )
    settings = BlendSettings(context=ContextWeights(session=0, length=0))
    found, _ = ask(storage, {rows[2]: 0.9, rows[0]: 0.5, rows[1]: 0.5}, settings=settings)
    assert found.rows.tolist() == [rows[2], rows[1], rows[0]]


def test_each_note_of_a_session_names_its_row(storage: MemoryStorage) -> None:
    rows = filled(storage, draft("a b", session=SessionId("s"), position=0), draft("c d"))
    with storage.reader(SCOPE) as reader:
        session = reader.session(SessionId("s"))
    assert session is not None
    assert ask(storage, {rows[0]: 0.5, rows[1]: 0.4})[1] == {rows[0]: session.row}


def test_hidden_notes_are_left_to_the_arms(storage: MemoryStorage) -> None:
    hidden = draft("a b c")
    rows = filled(storage, hidden)
    forget(storage, hidden.id)
    assert ask(storage, {rows[0]: 0.5})[0].rows.tolist() == rows


def test_scores_as_far_apart_as_can_be_stay_finite_and_in_order(storage: MemoryStorage) -> None:
    rows = filled(storage, draft("a b c"), draft("d e f"))
    found, _ = ask(storage, {rows[1]: 1.0, rows[0]: -1.0})
    assert (found.rows.tolist(), np.isfinite(found.scores).all()) == ([rows[1], rows[0]], True)


def thought_of(storage: MemoryStorage, note: NoteDraft, content: str) -> int:
    """Store a thought that was made of a note; return its row."""
    thought = draft(content, kind=Kind.THOUGHT)
    (row,) = filled(storage, thought)
    with storage.writer(SCOPE) as writer:
        writer.derivations.add([Derivation(thought.id, note.id, Role.THOUGHT)])
    return row


def test_a_thought_lifts_what_it_was_made_of_and_is_no_hit(storage: MemoryStorage) -> None:
    weak, strong = draft("a b c"), draft("d e f")
    rows = filled(storage, weak, strong)
    thought = thought_of(storage, weak, "g h i")
    found, _ = ask(storage, {thought: 0.9, rows[1]: 0.6, rows[0]: 0.5})
    assert found.rows.tolist() == rows


def test_a_thought_alone_finds_its_source(storage: MemoryStorage) -> None:
    source = draft("a b c")
    rows = filled(storage, source)
    assert ask(storage, {thought_of(storage, source, "g h i"): 0.9})[0].rows.tolist() == rows


def test_thoughts_are_hits_where_they_are_asked_for(storage: MemoryStorage) -> None:
    source = draft("a b c")
    (row,) = filled(storage, source)
    thought = thought_of(storage, source, "g h i")
    found, _ = ask(storage, {thought: 0.9, row: 0.5}, kinds=frozenset({Kind.THOUGHT}))
    assert found.rows.tolist() == [thought, row]


def test_without_folding_thoughts_are_found_as_other_notes_are(storage: MemoryStorage) -> None:
    source = draft("a b c")
    (row,) = filled(storage, source)
    thought = thought_of(storage, source, "g h i")
    found, _ = ask(storage, {thought: 0.9, row: 0.5}, settings=replace(ALONE, folding=None))
    assert found.rows.tolist() == [thought, row]


def link(storage: MemoryStorage, first: NoteDraft, second: NoteDraft) -> None:
    with storage.writer(SCOPE) as writer:
        new = NewLink(first.id, second.id, LinkType.ENTITY, 1.0, Method.RULES)
        writer.links.put([new], at=ASKED, actor="test")


def test_a_link_leads_to_a_note_that_nothing_else_found(storage: MemoryStorage) -> None:
    best, other, linked = draft("a b c"), draft("d e f"), draft("g h i", session=SessionId("s"), position=0)
    rows = filled(storage, best, other)
    with storage.writer(SCOPE) as writer:
        session = writer.put_session(SessionId("s"), ASKED, {})
    rows += filled(storage, linked)
    link(storage, best, linked)
    found, session_of = ask(storage, {rows[0]: 0.9, rows[1]: 0.1})
    assert found.rows.tolist() == [rows[0], rows[2], rows[1]]
    assert session_of == {rows[2]: session.row}


@pytest.mark.parametrize("mode", [Mode.DENSE, Mode.LEXICAL])
def test_links_are_followed_in_the_default_mode_alone(storage: MemoryStorage, mode: Mode) -> None:
    best, linked = draft("a b c"), draft("d e f")
    rows = filled(storage, best, linked)
    link(storage, best, linked)
    assert ask(storage, {rows[0]: 0.9}, mode=mode)[0].rows.tolist() == rows[:1]
    assert ask(storage, {rows[0]: 0.9}, settings=replace(ALONE, links=None))[0].rows.tolist() == rows[:1]


def test_links_are_not_followed_where_notes_are_long(storage: MemoryStorage) -> None:
    best, linked = draft(" ".join(["long"] * 60)), draft(" ".join(["words"] * 60))
    rows = filled(storage, best, linked)
    link(storage, best, linked)
    assert ask(storage, {rows[0]: 0.9})[0].rows.tolist() == rows[:1]


def test_links_to_thoughts_give_no_hits(storage: MemoryStorage) -> None:
    source, thought = draft("a b c"), draft("g h i", kind=Kind.THOUGHT)
    row, _ = filled(storage, source, thought)
    with storage.writer(SCOPE) as writer:
        writer.derivations.add([Derivation(thought.id, source.id, Role.THOUGHT)])
    link(storage, source, thought)
    assert ask(storage, {row: 0.9})[0].rows.tolist() == [row]
