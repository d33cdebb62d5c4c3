from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from memsvc_evals.longmemeval.question import LmeSession, LmeTurn, Question, parse_date

U, A = "user", "assistant"
DATE = "2023/05/20 (Sat) 02:21"
Sessions = list[tuple[str, list[tuple[str, str, bool | None]]]]


@pytest.fixture
def ask() -> Callable[..., Question]:
    """Build a question from sessions of (role, content, has_answer) by session id."""

    def make(sessions: Sessions, evidence: tuple[str, ...] | None = None, **fields: Any) -> Question:
        gold = tuple(dict.fromkeys(name for name, _ in sessions if "answer" in name))
        return Question(
            id="q1",
            type="multi-session",
            text="what",
            date=DATE,
            answer="that",
            answer_session_ids=gold if evidence is None else evidence,
            haystack=tuple(
                LmeSession(name, DATE, parse_date(DATE, "test"), tuple(LmeTurn(*turn) for turn in turns))
                for name, turns in sessions
            ),
        )

    return make


@pytest.fixture
def distractor(ask: Callable[..., Question]) -> Question:
    """Return section 5's golden session: its first user turn is no evidence, its second is."""
    return ask([("answer_aa_1", [(U, "one", False), (A, "b", False), (U, "two", True), (A, "d", False)])])


@pytest.fixture
def unlabelled(ask: Callable[..., Question]) -> Question:
    """Return an evidence session whose only evidence is the assistant's: its document is `noans`."""
    return ask([("answer_sharegpt_Q_0", [(U, "txt", False), (A, "b", True)])])


@pytest.fixture
def filler(ask: Callable[..., Question]) -> Question:
    """Return a question of one filler session `s` with the document `txt`."""
    return ask([("s", [(U, "txt", None)])])


@pytest.fixture
def repeated(ask: Callable[..., Question]) -> Question:
    """Return a haystack that has the session `s` twice."""
    return ask([("s", [(U, "txt", None)]), ("s", [(U, "txt", None)])])
