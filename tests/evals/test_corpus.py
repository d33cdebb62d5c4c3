"""Documents and labels of the official corpora, and the traps of the data."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from memsvc_evals.longmemeval.averages import Average, score_question
from memsvc_evals.longmemeval.corpus import build_corpora, gold_ids
from memsvc_evals.longmemeval.question import Question

Make = Callable[..., Question]
U, A = "user", "assistant"


def test_only_the_labelled_user_turn_of_a_gold_session_keeps_the_label(make_question: Make) -> None:
    turns = [(U, "a", False), (A, "b", False), (U, "c", True), (A, "d", False)]
    corpora = build_corpora(make_question([("answer_aa_1", turns)]))
    assert [d.id for d in corpora.sessions] == ["answer_aa_1"]
    assert [d.id for d in corpora.turns] == ["noans_aa_1_1", "answer_aa_1_3"]
    assert corpora.sessions[0].text == "a c"


def test_assistant_side_evidence_is_no_gold(make_question: Make) -> None:
    corpora = build_corpora(make_question([("answer_sharegpt_Q_0", [(U, "a", False), (A, "b", True)])]))
    assert [d.id for d in corpora.sessions] == ["noans_sharegpt_Q_0"]
    assert [d.id for d in corpora.turns] == ["noans_sharegpt_Q_0_1"]
    assert gold_ids(corpora.sessions) == frozenset()


def test_session_without_user_turn_is_an_empty_document(make_question: Make) -> None:
    corpora = build_corpora(make_question([("s_1", [(A, "hello", None)]), ("answer_b", [(U, "x", True)])]))
    assert [(d.id, d.text) for d in corpora.sessions] == [("s_1", ""), ("answer_b", "x")]
    assert [d.id for d in corpora.turns] == ["answer_b_1"]


def test_repeated_session_id_ranks_once_by_ids_and_twice_by_labels(make_question: Make) -> None:
    filler = [(U, "same", None)]
    question = make_question([("f", filler), ("f", filler), ("answer_b", [(U, "x", True)])])
    scores = score_question(question, build_corpora(question), sessions=[0, 1, 2], turns=[0, 1, 2])
    assert scores.metrics[("session", "ids")]["mrr"] == 0.5
    assert scores.metrics[("session", "labels")]["mrr"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("question_id", "label", "expected"),
    [
        ("q1", True, set(Average)),
        ("q1", False, {Average.OFFICIAL_NO_ABS, Average.IDS_NO_ABS, Average.IDS_ALL}),
        ("q1_abs", True, {Average.IDS_ALL}),
    ],
)
def test_which_averages_a_question_enters(
    make_question: Make, question_id: str, label: bool, expected: set[Average]
) -> None:
    question = make_question([("answer_b", [(U, "x", label)])], question_id=question_id)
    scores = score_question(question, build_corpora(question), sessions=[0], turns=[0])
    assert scores.averages == expected


def test_turn_to_session_by_ids_counts_any_turn_of_the_right_session(make_question: Make) -> None:
    question = make_question(
        [("answer_b", [(U, "x", False), (A, "y", False), (U, "z", True)]), ("f", [(U, "w", None)])]
    )
    scores = score_question(question, build_corpora(question), sessions=[0, 1], turns=[0, 2, 1])
    assert scores.metrics[("turn2session", "ids")]["recall_all@1"] == 1.0
    assert scores.metrics[("turn2session", "labels")]["recall_all@1"] == 0.0


def test_integer_answer_is_kept(make_question: Make) -> None:
    assert make_question([("answer_b", [(U, "x", True)])], answer=3).to_official()["answer"] == 3
