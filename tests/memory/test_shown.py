"""What is shown of a note: its text without what nobody sees, its turns and origins where they are in that."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind, Note, Origin, OriginSpan, Status, Turn, TurnSpan
from memsvc.guard.normalize import normalised
from memsvc.memory.recalling.shown import shown

THEN = datetime(2024, 5, 1, tzinfo=UTC)


def note(content: str, turns: tuple[TurnSpan, ...] = (), origins: tuple[OriginSpan, ...] = ()) -> Note:
    return Note(
        row=1,
        id=NoteId("n"),
        kind=Kind.ROUND,
        content=content,
        content_hash="",
        event_time=THEN,
        ingest_time=THEN,
        origin=Origin.DIRECT_USER,
        trust=1.0,
        status=Status.ACTIVE,
        version=1,
        turns=turns,
        origins=origins,
    )


def test_a_plain_note_is_shown_as_it_is() -> None:
    plain = note("Ann: caf\u00e9")
    assert shown(plain) is plain


def test_what_nobody_sees_is_left_out_and_turns_stay_whole() -> None:
    said = ("say\u200b\u2060ing", "d\u200bone")
    hidden = note("\n".join(said), (TurnSpan("user", 0, 8), TurnSpan("assistant", 9, 14)))
    assert shown(hidden).spoken() == (Turn("user", "saying"), Turn("assistant", "done"))


def test_origins_stay_with_their_words() -> None:
    parts = (OriginSpan(0, 3, Origin.DIRECT_USER), OriginSpan(3, 7, Origin.TOOL_EXTERNAL))
    told = shown(note("a\u200bbc\u200bde", origins=parts))
    assert [told.content[part.start : part.end] for part in told.origins] == ["ab", "cde"]


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_each_turn_is_shown_normalised(texts: list[str]) -> None:
    turns, at = [], 0
    for text in texts:
        turns.append(TurnSpan("user", at, at + len(text)))
        at += len(text) + 1
    told = shown(note("\n".join(texts), tuple(turns)))
    if normalised("\n".join(texts)) != "\n".join(texts):
        assert [turn.content for turn in told.spoken()] == [normalised(text) for text in texts]
    else:
        assert [turn.content for turn in told.spoken()] == texts
