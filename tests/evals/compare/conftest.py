from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

MakeReport = Callable[..., Path]


@pytest.fixture
def make_report(tmp_path: Path) -> MakeReport:
    """Write a report of LongMemEval with a value of recall_all@5, and of ndcg_any@10, for each question."""

    def make(
        name: str, values: Mapping[str, float], *, types: Mapping[str, str] | None = None, **changes: Any
    ) -> Path:
        questions = [
            {
                "question_id": question,
                "type": (types or {}).get(question, "multi-session"),
                "metrics": {"session/ids_no_abs": {"recall_all@5": float(v >= 1), "ndcg_any@10": v / 2}},
            }
            for question, v in values.items()
        ]
        document = {
            "format": "memsvc-eval/1",
            "benchmark": "longmemeval",
            "config": {"retriever": "hybrid", "m_like": None},
            "data": {"sha256": "ab" * 32},
            "code": {"version": "1"},
            "figures": {},
            "report": {"questions": questions},
        }
        path = tmp_path / name
        path.write_text(json.dumps(document | changes), encoding="utf-8")
        return path

    return make


@pytest.fixture
def make_locomo_report(tmp_path: Path) -> MakeReport:
    """Write a report of LoCoMo with a recall@10 for each (category, value)."""

    def make(name: str, questions: list[tuple[str, float]]) -> Path:
        document = {
            "format": "memsvc-eval/1",
            "benchmark": "locomo",
            "config": {},
            "data": {"sha256": "cd" * 32},
            "code": {"version": "1"},
            "figures": {},
            "report": {
                "questions": [
                    {"question_id": f"c/{i}", "category": category, "metrics": {"recall@10": value}}
                    for i, (category, value) in enumerate(questions)
                ]
            },
        }
        path = tmp_path / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return make
