"""Benign texts to train and calibrate the guard's model with, and their split by hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["Session", "Split", "dialogues", "sessions", "split_of", "stored_questions"]

Split = Literal["train", "calibrate", "test"]


@dataclass(frozen=True, slots=True)
class Session:
    """A dialogue as (role, content) turns."""

    key: str
    turns: list[tuple[str, str]]

    def users(self) -> list[str]:
        """Return what the user said."""
        return [content for role, content in self.turns if role == "user"]

    def replies(self) -> list[str]:
        """Return what was answered."""
        return [content for role, content in self.turns if role != "user"]

    def rounds(self) -> list[str]:
        """Return each user turn with the reply to it, as a round's text."""
        pairs = zip(self.turns, self.turns[1:], strict=False)
        return [
            f"user: {said[1]}\nassistant: {reply[1]}" for said, reply in pairs if said[0] == "user" != reply[0]
        ]


def split_of(key: str) -> Split:
    """Return the split of a session or text: half for training, a quarter each to calibrate and to test."""
    quarter = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % 4
    return ("train", "train", "calibrate", "test")[quarter]  # type: ignore[return-value]


def sessions(longmemeval: Path) -> list[Session]:
    """Return the distinct sessions of a LongMemEval file, by id."""
    found: dict[str, Session] = {}
    for item in json.loads(longmemeval.read_text()):
        for key, turns in zip(item["haystack_session_ids"], item["haystack_sessions"], strict=True):
            found.setdefault(key, Session(key, [(turn["role"], turn["content"]) for turn in turns]))
    return [found[key] for key in sorted(found)]


def dialogues(gvd: Path) -> list[str]:
    """Return all that is said in MemoryBank's English dialogues."""
    memory = json.loads(gvd.read_text())
    return [
        text
        for name in sorted(memory)
        for day in sorted(memory[name]["history"])
        for turn in memory[name]["history"][day]
        for text in (turn["query"], turn["response"])
    ]


def stored_questions(strategyqa: Path, split: Split) -> list[tuple[str, str]]:
    """Return a split's questions of a StrategyQA file, each with its facts."""
    items = json.loads(strategyqa.read_text())
    return [(item["question"], " ".join(item["facts"])) for item in items if split_of(item["question"]) == split]
