from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memsvc_evals.longmemeval.question import Question, parse_question

THREE = Path(__file__).parent / "data" / "longmemeval_three.json"


@pytest.fixture
def three_file() -> Path:
    """Three real questions with small haystacks: knowledge update, abstention, assistant-side evidence."""
    return THREE


@pytest.fixture
def three_raw() -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = json.loads(THREE.read_text(encoding="utf-8"))
    return data


@pytest.fixture
def make_question() -> Callable[..., Question]:
    """Build a question from sessions of (role, content, has_answer) by session id."""

    def make(sessions: list[tuple[str, list[tuple[str, str, bool | None]]]], **fields: Any) -> Question:
        ids = [name for name, _ in sessions]
        data = {
            "question_id": "q1",
            "question_type": "multi-session",
            "question": "what",
            "question_date": "2023/05/30 (Tue) 23:40",
            "answer": "that",
            "answer_session_ids": [name for name in dict.fromkeys(ids) if "answer" in name],
            "haystack_dates": ["2023/05/20 (Sat) 02:21"] * len(ids),
            "haystack_session_ids": ids,
            "haystack_sessions": [
                [
                    {"role": role, "content": content} | ({} if label is None else {"has_answer": label})
                    for role, content, label in turns
                ]
                for _, turns in sessions
            ],
        }
        return parse_question(data | fields, "test")

    return make
