"""Entries drawn from sessions and turns."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from memsvc.domain.notes import TurnSpan
from memsvc.ports.extraction import ExtractedKeys
from memsvc.ports.retrieval import Passage
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache
from memsvc_evals.longmemeval.expansion.drawing import draw_cache, entry_of
from memsvc_evals.longmemeval.expansion.options import Expansion
from memsvc_evals.longmemeval.expansion.passages import round_passage, session_passage
from memsvc_evals.longmemeval.question import Question

FACTS, TURN_FACTS = Expansion.SESSION_USERFACT, Expansion.TURN_USERFACT


class Echo:
    """Draws the content as a fact, and counts."""

    def __init__(self) -> None:
        self.drawn = 0

    def __call__(self, passage: Passage) -> ExtractedKeys:
        self.drawn += 1
        return ExtractedKeys(user_facts=(passage.content,))


def test_a_session_is_drawn_as_a_whole(distractor: Question) -> None:
    cache = draw_cache([distractor], FACTS, Echo())
    assert cache.entries == {"aa_1": ("one\n\nb\n\ntwo\n\nd",)}


def test_each_user_turn_is_drawn_with_the_reply(distractor: Question) -> None:
    cache = draw_cache([distractor], TURN_FACTS, Echo())
    assert cache.entries == {"aa_1_1": ("one\n\nb",), "aa_1_3": ("two\n\nd",)}


def test_what_haystacks_share_is_drawn_once(repeated: Question, filler: Question) -> None:
    draw = Echo()
    draw_cache([repeated, filler], FACTS, draw)
    assert draw.drawn == 1


def test_what_is_kept_is_not_drawn_again(filler: Question, distractor: Question) -> None:
    draw = Echo()
    kept = ExpansionCache(FACTS, {"s": ("old",)})
    cache = draw_cache([filler, distractor], FACTS, draw, kept=kept)
    assert (draw.drawn, cache.get("s"), kept.entries) == (1, ("old",), {"s": ("old",)})


def test_all_entries_so_far_are_told_after_each_question(filler: Question, distractor: Question) -> None:
    told: list[int] = []
    draw_cache(
        [filler, filler, distractor], FACTS, Echo(), on_entries=lambda cache: told.append(len(cache.entries))
    )
    assert told == [1, 2]


@pytest.mark.parametrize(
    ("drawn", "expansion", "entry"),
    [
        (ExtractedKeys(user_facts=("f1", "f2")), FACTS, ("f1", "f2")),
        (ExtractedKeys(user_facts=()), TURN_FACTS, ()),
        (ExtractedKeys(keyphrases=("k1", "k2")), Expansion.TURN_KEYPHRASE, ("k1; k2",)),
        (ExtractedKeys(keyphrases=()), Expansion.SESSION_KEYPHRASE, ("",)),
        (ExtractedKeys(summary="s"), Expansion.SESSION_SUMM, ("s",)),
        (ExtractedKeys(), FACTS, None),
        (ExtractedKeys(), Expansion.SESSION_KEYPHRASE, None),
        (ExtractedKeys(), Expansion.SESSION_SUMM, None),
    ],
)
def test_a_slot_has_the_form_of_the_cache(
    drawn: ExtractedKeys, expansion: Expansion, entry: tuple[str, ...] | None
) -> None:
    assert entry_of(drawn, expansion) == entry


def test_a_passage_knows_who_said_what_and_when(ask: Callable[..., Question]) -> None:
    question = ask([("s", [("assistant", "hi", None), ("user", "one", None), ("assistant", "two", None)])])
    (session,) = question.haystack
    spans = (TurnSpan("assistant", 0, 2), TurnSpan("user", 4, 7), TurnSpan("assistant", 9, 12))
    assert session_passage(session) == Passage("hi\n\none\n\ntwo", spans, session.at)
    own = (TurnSpan("user", 0, 3), TurnSpan("assistant", 5, 8))
    assert round_passage(session, 1) == Passage("one\n\ntwo", own, session.at)
