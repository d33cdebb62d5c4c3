"""Notes and questions of the conversations: what people wrote, whole and by sentence, each text once."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from memsvc.errors import InvalidInput
from memsvc_evals.ann.data.sources import plain_file
from memsvc_evals.longmemeval.question import Question
from memsvc_evals.longmemeval.schema import read_questions

__all__ = ["Texts", "conversation_texts", "locomo_questions", "pieces"]

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_SHORTEST, _LONGEST = 20, 400


@dataclass(frozen=True, slots=True)
class Texts:
    """No question and no held-out text is among the notes."""

    notes: list[str]
    held: list[str]
    questions: list[str]


def conversation_texts(
    longmemeval: Path, locomo: Path | None, *, notes: int, held: int, questions: int, seed: int
) -> Texts:
    """Choose texts by a seed; raises InvalidInput when there are too few."""
    with plain_file(longmemeval) as file:
        found, asked = _distinct_pieces(read_questions(file))
    if locomo is not None:
        asked += locomo_questions(locomo)
    keys = {question.casefold() for question in asked}
    found = [text for text in found if text.casefold() not in keys]
    if len(found) < notes + held:
        raise InvalidInput(f"{longmemeval.name} has {len(found)} distinct texts, not {notes} + {held}")
    random.Random(seed).shuffle(found)
    asked = list(dict.fromkeys(asked))
    chosen = sorted(random.Random(seed + 1).sample(range(len(asked)), min(questions, len(asked))))
    return Texts(found[:notes], found[notes : notes + held], [asked[i] for i in chosen])


def _distinct_pieces(questions: Iterable[Question]) -> tuple[list[str], list[str]]:
    found: dict[str, str] = {}
    asked = []
    for question in questions:
        asked.append(question.text)
        for session in question.haystack:
            for turn in session.turns:
                if turn.role == "user":
                    for piece in pieces(turn.content):
                        found.setdefault(piece.casefold(), piece)
    return list(found.values()), asked


def pieces(turn: str) -> Iterator[str]:
    """Yield the turn and its sentences, those of 20 to 400 characters."""
    for piece in (turn, *_SENTENCE.split(turn)):
        text = piece.strip()
        if _SHORTEST <= len(text) <= _LONGEST:
            yield text


def locomo_questions(path: Path) -> list[str]:
    """Return the questions of a LoCoMo file."""
    try:
        with plain_file(path) as file:
            conversations = json.loads(file.read_text(encoding="utf-8"))
        return [str(asked["question"]) for conversation in conversations for asked in conversation["qa"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"cannot read {path} as LoCoMo: {error!r}") from error
