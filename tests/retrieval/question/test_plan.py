"""What a question's text says of how to look."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from memsvc_retrieval.question.plan import Plan, plan_of
from memsvc_retrieval.temporal.ranges import TimeRange

LAST = datetime.max.replace(tzinfo=UTC)
ASKED = datetime(2023, 5, 30, 12, 0, tzinfo=UTC)


def moment(month: int, day: int, *, year: int = 2023) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.mark.parametrize("question", ["Where does my sister live?", "", "???", "x" * 10_000])
def test_a_plain_question_looks_everywhere_and_at_what_the_user_told(question: str) -> None:
    assert plan_of(question, ASKED) == Plan(statements=True, when=None)


@pytest.mark.parametrize(
    "question",
    [
        "Can you recommend a show for tonight?",
        "Any tips for my garden?",
        "What should I cook?",
        "Should I call him?",
    ],
)
def test_who_asks_for_advice_is_not_answered_by_statements(question: str) -> None:
    assert plan_of(question, ASKED).statements is False


@pytest.mark.parametrize(
    "question",
    [
        "Which show did you recommend to me?",
        "What tips did you give me in our previous chat?",
        "Who gave me tips?",
    ],
)
def test_advice_that_was_given_before_is_no_new_advice(question: str) -> None:
    assert plan_of(question, ASKED).statements is True


def test_a_time_is_looked_up_two_days_wider() -> None:
    assert plan_of("What did I buy in March?", ASKED).when == TimeRange(moment(2, 27), moment(4, 3))


def test_the_time_depends_on_when_is_asked() -> None:
    later = ASKED.replace(year=2025)
    assert plan_of("What did I buy in March?", later).when == TimeRange(
        moment(2, 27, year=2025), moment(4, 3, year=2025)
    )


def test_advice_for_a_time_is_both() -> None:
    plan = plan_of("Any ideas like the ones I had last month?", ASKED)
    assert (plan.statements, plan.when is not None) == (False, True)


@pytest.mark.parametrize("question", ["What do I do today?", "What will happen next week?"])
def test_a_time_that_has_not_passed_says_nothing(question: str) -> None:
    assert plan_of(question, ASKED).when is None


@pytest.mark.parametrize("asked", [moment(1, 1, year=1), moment(1, 3, year=1), moment(12, 30, year=9999), LAST])
@pytest.mark.parametrize(
    "question",
    [
        "What did I buy yesterday?",
        "What did I buy last week?",
        "What have I bought since yesterday?",
        "What did I buy in March?",
        "What did I buy last winter?",
        "What did I buy 100 years ago?",
        "What did I buy on Christmas?",
    ],
)
def test_a_question_at_either_end_of_the_calendar_has_a_plan(question: str, asked: datetime) -> None:
    when = plan_of(question, asked).when
    assert when is None or when.start < when.end
