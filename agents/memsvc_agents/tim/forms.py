"""The forms of the model's answers, and the headings that small models may answer under instead."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, Field

from memsvc_agents.llm.sections import Section, rows

__all__ = [
    "CONTRADICTION_SECTIONS",
    "THOUGHT_SECTIONS",
    "WORDING_SECTIONS",
    "ContradictionsForm",
    "PairForm",
    "ThoughtForm",
    "ThoughtsForm",
    "WordingForm",
]


class ThoughtForm(BaseModel):
    sentence: str
    head: str
    relation: str
    tail: str
    negated: bool
    event: bool
    when: str
    source: int


class ThoughtsForm(BaseModel):
    thoughts: Annotated[list[ThoughtForm], Field(max_length=64)]


class PairForm(BaseModel):
    first: int
    second: int


class ContradictionsForm(BaseModel):
    pairs: Annotated[list[PairForm], Field(max_length=64)]


class WordingForm(BaseModel):
    sentence: str


THOUGHT_SECTIONS: Final = (
    Section(
        "thoughts",
        "one a line: number of the round | sentence | head | relation | tail | negated: yes or no | "
        "event: yes or no | day as YYYY-MM-DD or -; or none",
        rows("source", "sentence", "head", "relation", "tail", "negated", "event", "when"),
    ),
)
CONTRADICTION_SECTIONS: Final = (
    Section("pairs", "one a line: number | number; or none", rows("first", "second")),
)
WORDING_SECTIONS: Final = (Section("sentence", "the one sentence"),)
