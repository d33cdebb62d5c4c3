"""The forms of the model's answers, and the headings that small models may answer under instead."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel

from memsvc_agents.llm.sections import Section, rows, words

__all__ = ["ANALYSIS_SECTIONS", "JUDGEMENT_SECTIONS", "AnalysisForm", "ChangeForm", "JudgementForm", "LinkForm"]


class AnalysisForm(BaseModel):
    keywords: list[str]
    context: str
    tags: list[str]


# `n` is the number of a neighbour; a docstring would go into the schema.
class LinkForm(BaseModel):
    n: int
    type: Literal["related", "conflict"]
    confidence: float


class ChangeForm(BaseModel):
    n: int
    keywords: list[str]
    tags: list[str]
    context: str


class JudgementForm(BaseModel):
    links: list[LinkForm]
    tags: list[str]
    changes: list[ChangeForm]


def _changes(text: str) -> list[dict[str, object]]:
    found = rows("n", "keywords", "tags", "context")(text)
    return [{**row, "keywords": _items(row["keywords"]), "tags": _items(row["tags"])} for row in found]


def _items(text: str) -> list[str]:
    return words(text.replace(";", ","))


ANALYSIS_SECTIONS: Final = (
    Section("keywords", "3 to 7 keywords, separated by commas", words),
    Section("context", "one sentence"),
    Section("tags", "3 to 5 broad classes, separated by commas", words),
)
JUDGEMENT_SECTIONS: Final = (
    Section(
        "links",
        "one a line: n | related or conflict | confidence; or none",
        rows("n", "type", "confidence"),
    ),
    Section("tags", "separated by commas, or none", words),
    Section("changes", "one a line: n | keywords; ... | tags; ... | context; or none", _changes),
)
