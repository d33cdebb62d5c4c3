"""The forms of the model's answers, and the headings that small models may answer under instead."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from memsvc_agents.llm.sections import Section, rows, words

__all__ = ["ANALYSIS_SECTIONS", "JUDGEMENT_SECTIONS", "AnalysisForm", "ChangeForm", "JudgementForm", "LinkForm"]

_Texts = Annotated[list[str], Field(max_length=16)]


class AnalysisForm(BaseModel):
    keywords: _Texts
    context: str
    tags: _Texts


class LinkForm(BaseModel):
    neighbour: int
    type: Literal["related", "conflict"]
    confidence: float


class ChangeForm(BaseModel):
    neighbour: int
    keywords: _Texts
    tags: _Texts
    context: str


class JudgementForm(BaseModel):
    links: Annotated[list[LinkForm], Field(max_length=64)]
    tags: _Texts
    changes: Annotated[list[ChangeForm], Field(max_length=64)]


def _changes(text: str) -> list[dict[str, object]]:
    found = rows("neighbour", "keywords", "tags", "context")(text)
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
        "one a line: neighbour | related or conflict | confidence; or none",
        rows("neighbour", "type", "confidence"),
    ),
    Section("tags", "separated by commas, or none", words),
    Section("changes", "one a line: neighbour | keywords; ... | tags; ... | context; or none", _changes),
)
