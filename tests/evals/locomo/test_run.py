from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.locomo.conversation import Category, Conversation
from memsvc_evals.locomo.run import ConversationRun, QuestionRun, count_questions, run_conversations
from memsvc_evals.locomo.summary import full_report, recall_figures

Write = Callable[[object], Path]


class Scripted:
    """Finds the same turns whatever is asked, and keeps what was done."""

    def __init__(self, ranking: list[str]) -> None:
        self.ranking = ranking
        self.calls: list[str] = []

    def embedded(self) -> int:
        return 0

    def remember(self, conversation: Conversation) -> int:
        self.calls.append(f"remember {conversation.id}")
        return 7

    def recall(self, conversation: Conversation, text: str, *, k: int) -> list[str]:
        self.calls.append(f"recall {k}")
        return self.ranking[:k]

    def erase(self, conversation: Conversation) -> None:
        self.calls.append(f"erase {conversation.id}")


def question(category: Category, evidence: tuple[str, ...], ranking: list[str]) -> QuestionRun:
    return QuestionRun("q", category, evidence, tuple(ranking), 0.01)


def run_of(*questions: QuestionRun) -> ConversationRun:
    return ConversationRun("made-1", questions, (), 3, 0, 0.5)


def test_recall_is_the_fraction_of_evidence_among_the_first_k() -> None:
    ranking = [f"D1:{i}" for i in range(1, 21)]
    found = question(Category.MULTI, ("D1:5", "D1:6", "D1:20", "D9:9"), ranking)
    assert [found.recall(k) for k in (5, 10, 20)] == [0.25, 0.5, 0.75]


def test_groups_have_their_own_categories_and_n() -> None:
    hit = {category: question(category, ("D1:1",), ["D1:1"]) for category in (Category.MULTI, Category.OPEN)}
    miss = question(Category.ADVERSARIAL, ("D1:1",), ["D1:2"])
    figures = recall_figures([run_of(*hit.values()), run_of(miss)])
    found = {name: (figure.value, figure.n) for name, figure in figures.items() if name.endswith("@10")}
    assert found == {
        "all/recall@10": (pytest.approx(2 / 3), 3),
        "c1-4/recall@10": (1.0, 2),
        "multi/recall@10": (1.0, 1),
        "open/recall@10": (1.0, 1),
        "adversarial/recall@10": (0.0, 1),
    }


def test_interval_holds_the_mean() -> None:
    some = [question(Category.SINGLE, ("D1:1",), ["D1:1"] if i % 3 else []) for i in range(30)]
    figure = recall_figures([run_of(*some)])["single/recall@5"]
    assert figure.ci95 is not None
    assert figure.ci95[0] < figure.value < figure.ci95[1]


def test_each_conversation_is_erased_before_the_next_is_remembered(write: Write, raw: dict[str, Any]) -> None:
    raw["qa"] = raw["qa"][:1]
    memory = Scripted(["D1:1"])
    runs = run_conversations(write([raw, raw | {"sample_id": "made-2"}]), memory)
    assert memory.calls == [
        "remember made-1",
        "recall 20",
        "erase made-1",
        "remember made-2",
        "recall 20",
        "erase made-2",
    ]
    assert [run.questions[0].recall(5) for run in runs] == [0.5, 0.5]


def test_question_without_evidence_is_left_out_and_named(write: Write, raw: dict[str, Any]) -> None:
    runs = run_conversations(write([raw]), Scripted([]))
    assert full_report(runs)["without_evidence"] == ["made-1/5"]
    assert recall_figures(runs)["all/recall@5"].n == 5


def test_limit_counts_questions_over_conversations(write: Write, raw: dict[str, Any]) -> None:
    path = write([raw, raw | {"sample_id": "made-2"}, raw | {"sample_id": "made-3"}])
    advanced: list[None] = []
    runs = run_conversations(path, Scripted([]), limit=8, on_question=lambda: advanced.append(None))
    assert [(run.id, len(run.questions)) for run in runs] == [("made-1", 5), ("made-2", 2)]
    assert len(advanced) == 8


def test_questions_are_counted(write: Write, raw: dict[str, Any]) -> None:
    assert count_questions(write([raw, raw | {"sample_id": "made-2"}])) == 12


def test_file_without_any_evidence_is_refused(write: Write, raw: dict[str, Any]) -> None:
    raw["qa"] = raw["qa"][5:]
    with pytest.raises(InvalidInput, match=r"locomo\.json: no question has evidence"):
        run_conversations(write([raw]), Scripted([]))
