"""Benign texts of every class: enough, distinct, the same for the same seed."""

from __future__ import annotations

import pytest

from memsvc_evals.redteam.negatives import CLASSES, hard_negatives


@pytest.mark.parametrize("name", CLASSES)
def test_four_hundred_distinct_texts_without_a_rest_of_grammar(name: str) -> None:
    texts = hard_negatives(name, count=400, seed=3)
    assert len(set(texts)) == len(texts) == 400
    assert not any(sign in text for text in texts for sign in "<>")
    assert texts == hard_negatives(name, count=400, seed=3) != hard_negatives(name, count=400, seed=4)


def test_a_grammar_that_has_no_more_repeats_itself() -> None:
    from memsvc_evals.redteam.negatives.grammar import sample

    assert sorted(sample(["[a|b] {x}"], {}, count=4, seed="s"))[0:1] == ["A [x]"]
    assert set(sample(["[a|b] {x}"], {}, count=4, seed="s")) == {"A [x]", "B [x]"}
