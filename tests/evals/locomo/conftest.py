from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def turn(dia_id: str, speaker: str, text: str, **more: str) -> dict[str, Any]:
    return {"dia_id": dia_id, "speaker": speaker, "text": text, **more}


def asked(question: str, category: int, evidence: list[str], **more: object) -> dict[str, Any]:
    return {"question": question, "category": category, "evidence": evidence, **more}


@pytest.fixture
def raw() -> dict[str, Any]:
    """A made-up conversation with each trap of the format."""
    return {
        "sample_id": "made-1",
        "conversation": {
            "speaker_a": "Ilse",
            "speaker_b": "Tomas",
            "session_1_date_time": "12:05 am on 3 March, 2022",
            "session_1": [
                turn("D1:1", "Ilse", "My pottery kiln arrived yesterday."),
                turn("D1:2", "Tomas", "I am learning the accordion with a neighbour."),
                turn("D1:3", "Ilse", "Look at this!", blip_caption="a heron beside a frozen canal"),
            ],
            "session_10_date_time": "1:47 pm on 18 May, 2022",
            "session_10": [turn("D10:1", "Tomas", "We repainted the sailboat green.")],
            "session_2_date_time": "9:30 am on 30 April, 2022",
            "session_2": [
                turn("D2:1", "Ilse", "The kiln cracked, so I ordered bricks."),
                turn("D2:02", "Tomas", "Our choir sings in Lisbon next week."),
            ],
            "session_11_date_time": "8:00 pm on 1 June, 2022",
        },
        "qa": [
            asked("What happened to the pottery kiln?", 1, ["D1:1; D2:1"], answer="arrived, cracked"),
            asked("When does the choir sing in Lisbon?", 2, ["D:2:02"], answer=2022),
            asked("Would Tomas enjoy a regatta?", 3, ["D10:01", "D10:19"], answer="Yes; he has a sailboat"),
            asked("Which bird stood beside the canal?", 4, ["D1:3"], answer="a heron"),
            asked("Why did Ilse sell the accordion?", 5, ["D1:2"], adversarial_answer="to buy a kiln"),
            asked("What is not said?", 4, ["D"], answer="nothing"),
        ],
        "event_summary": {},
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[[object], Path]:
    """Write a file: text and bytes as they are, anything else as JSON."""

    def written(data: object) -> Path:
        path = tmp_path / "locomo.json"
        if isinstance(data, bytes):
            path.write_bytes(data)
        else:
            path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return path

    return written
