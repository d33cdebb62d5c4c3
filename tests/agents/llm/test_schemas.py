from __future__ import annotations

from typing import Annotated

import jsonschema
import pytest
from pydantic import BaseModel, Field

from memsvc_agents.llm.schemas import json_instruction, schema_of, without_bounds


class Triple(BaseModel):
    head: str
    title: str = "none"


class Form(BaseModel):
    """Holds others."""

    keywords: Annotated[list[str], Field(min_length=1, max_length=3)]
    triples: list[Triple] = []
    score: Annotated[int, Field(ge=0, le=9)] | None = None


class Knot(BaseModel):
    inner: list[Knot]


GOOD = {"keywords": ["a"], "triples": [{"head": "x", "title": "y"}], "score": 3}


def test_a_schema_has_no_references_and_is_a_valid_one() -> None:
    schema = schema_of(Form)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "$" not in str(schema)


def test_a_good_answer_follows_it() -> None:
    jsonschema.validate(GOOD, schema_of(Form))


@pytest.mark.parametrize(
    "wrong",
    [
        {**GOOD, "more": 1},
        {"keywords": ["a"], "triples": []},
        {**GOOD, "triples": [{"head": "x"}]},
        {**GOOD, "triples": [{"head": "x", "title": "y", "z": 1}]},
        {**GOOD, "keywords": []},
    ],
    ids=["another field", "no score", "no title", "another field inside", "too few"],
)
def test_every_field_is_required_and_no_other_allowed(wrong: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema_of(Form))


def test_a_field_called_title_stays() -> None:
    assert "title" in schema_of(Triple)["properties"]


def test_a_form_that_holds_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="Knot holds itself"):
        schema_of(Knot)


def test_bounds_can_be_left_out() -> None:
    loose = without_bounds(schema_of(Form))
    jsonschema.validate({**GOOD, "keywords": list("abcdef"), "score": 99}, loose)
    assert loose["required"] == ["keywords", "triples", "score"]


def test_a_field_that_is_named_like_a_bound_stays() -> None:
    schema = {"type": "object", "properties": {"pattern": {"type": "string", "pattern": "a+"}}}
    assert without_bounds(schema) == {"type": "object", "properties": {"pattern": {"type": "string"}}}


def test_the_instruction_holds_the_schema() -> None:
    assert json_instruction({"type": "array"}).endswith('nothing else: {"type":"array"}')
