"""Questions as the judge needs them: without their haystacks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.part import Part
from memsvc_evals.longmemeval.schema import read_questions

__all__ = ["JudgedQuestion", "read_judged"]


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question with its answer as text: a rubric of a preference, an explanation of an abstention."""

    id: str
    type: str
    text: str
    answer: str
    is_abstention: bool


def read_judged(path: Path, part: Part) -> dict[str, JudgedQuestion]:
    """Return the questions of a part by id, in the file's order; raises InvalidInput, also when there is none."""
    questions = {
        question.id: JudgedQuestion(
            question.id, question.type, question.text, str(question.answer), question.is_abstention
        )
        for question in part.of(read_questions(path))
    }
    if not questions:
        raise InvalidInput(f"{path.name}: no question at offset {part.offset}; take a smaller offset")
    return questions
