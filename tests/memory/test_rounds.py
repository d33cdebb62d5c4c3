"""Sessions into rounds."""

from __future__ import annotations

import pytest

from memsvc.domain.drafts import NewTurn
from memsvc.memory.rounds import extend_digest, split_rounds


def turns(*pairs: tuple[str, str]) -> list[NewTurn]:
    return [NewTurn(role, content) for role, content in pairs]


def test_a_user_turn_begins_a_round_and_takes_the_replies() -> None:
    rounds = split_rounds(
        turns(("user", "q1"), ("assistant", "a1"), ("tool", "t1"), ("user", "q2"), ("assistant", "a2")), first=0
    )
    assert [(r.position, r.content) for r in rounds] == [(0, "q1\n\na1\n\nt1"), (3, "q2\n\na2")]


def test_turns_before_the_first_user_turn_are_a_round_of_their_own() -> None:
    rounds = split_rounds(turns(("assistant", "hello"), ("user", "q")), first=0)
    assert [(r.position, r.content) for r in rounds] == [(0, "hello"), (1, "q")]


def test_two_user_turns_in_a_row_are_two_rounds() -> None:
    rounds = split_rounds(turns(("user", "q1"), ("user", "q2")), first=0)
    assert [r.position for r in rounds] == [0, 1]


def test_positions_continue_after_what_was_ingested() -> None:
    rounds = split_rounds(turns(("assistant", "late reply"), ("user", "q")), first=7)
    assert [r.position for r in rounds] == [7, 8]


def test_a_blank_round_is_left_out_but_keeps_its_position() -> None:
    rounds = split_rounds(turns(("user", " "), ("user", "q")), first=0)
    assert [(r.position, r.content) for r in rounds] == [(1, "q")]


def test_spans_give_back_each_turn_to_the_letter() -> None:
    said = turns(("user", "ä\n\nb"), ("assistant", ""), ("tool", " 🙂 "))
    (only,) = split_rounds(said, first=0)
    assert [(s.role, only.content[s.start : s.end]) for s in only.turns] == [(t.role, t.content) for t in said]


def test_the_digest_of_a_prefix_continues_to_that_of_the_whole() -> None:
    said = turns(("user", "a"), ("assistant", "b"), ("user", "c"))
    assert extend_digest(extend_digest("", said[:2]), said[2:]) == extend_digest("", said)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (turns(("user", "ab")), turns(("usera", "b"))),
        (turns(("user", "a"), ("user", "b")), turns(("user", "b"), ("user", "a"))),
        (turns(("user", "a")), turns(("user", "a"), ("user", ""))),
    ],
)
def test_the_digest_tells_other_turns_apart(one: list[NewTurn], other: list[NewTurn]) -> None:
    assert extend_digest("", one) != extend_digest("", other)
