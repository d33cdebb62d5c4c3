"""An answer of a strict form: asked for by schema, repaired once, and as plain text under headings at last."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from memsvc.errors import LlmBadReply
from memsvc.ports.llm import ChatMessage, ChatModel, ChatReply, ChatRequest
from memsvc_agents.llm.prompting import with_words
from memsvc_agents.llm.schemas import json_instruction, schema_of
from memsvc_agents.llm.sections import Section, instruction, read_sections

__all__ = ["Structured", "structured"]

T = TypeVar("T", bound=BaseModel)

_MOST_SHOWN_BACK = 4_000
_MOST_PROBLEMS = 8


@dataclass(frozen=True, slots=True)
class Structured(Generic[T]):
    """A valid answer; `way` says how it was got, `model` is the exact name that the endpoint gives."""

    value: T = field(repr=False)
    way: Literal["schema", "repaired", "sections"]
    model: str


class _Problem(Exception):
    """What is wrong with an answer.

    `kinds` is a fixed vocabulary and may be shown to anyone; `told` may quote the answer and goes to the model
    alone, as `text`, the answer itself, does.
    """

    def __init__(self, kinds: str, told: str, text: str = "") -> None:
        super().__init__(kinds)
        self.kinds = kinds
        self.told = told
        self.text = text


def structured(
    model: ChatModel,
    request: ChatRequest,
    form: type[T],
    *,
    check: Callable[[T], None] | None = None,
    sections: Sequence[Section] = (),
) -> Structured[T]:
    """Return an answer that is of the form, in at most three calls: by schema, repaired, by sections.

    The form's schema goes with the request, so that the prompt has to say only what the fields mean. `check`
    raises ValueError for what a schema cannot say (an index out of range, lists of different lengths); the model
    is shown its message once. Without `sections`, which name the form's fields, there is no third call. Raises
    LlmBadReply when no answer is of the form, and whatever else the model raises at once; neither holds a word
    of what was asked or answered.
    """
    asked = replace(request, schema=schema_of(form))
    try:
        return _by_schema(model, asked, form, check, way="schema")
    except _Problem as problem:
        first = problem
    try:
        return _by_schema(model, _repair(asked, first), form, check, way="repaired")
    except _Problem as problem:
        last = problem
    if sections:
        try:
            return _by_sections(model, request, form, check, sections)
        except _Problem as problem:
            last = problem
    raise LlmBadReply(f"the model {model.name} gave no answer of the form asked for ({last.kinds})")


def _by_schema(
    model: ChatModel,
    request: ChatRequest,
    form: type[T],
    check: Callable[[T], None] | None,
    *,
    way: Literal["schema", "repaired"],
) -> Structured[T]:
    def read(reply: ChatReply) -> T:
        return _valid(_loaded(reply), form, check, text=reply.text)

    reply = _ask(model, request, read)
    return Structured(read(reply), way, reply.model)


def _by_sections(
    model: ChatModel,
    request: ChatRequest,
    form: type[T],
    check: Callable[[T], None] | None,
    sections: Sequence[Section],
) -> Structured[T]:
    plain = replace(request, schema=None, messages=with_words(request.messages, instruction(sections)))

    def read(reply: ChatReply) -> T:
        try:
            fields = read_sections(reply.text, sections)
        except ValueError as error:
            raise _Problem(str(error), "") from None
        return _valid(fields, form, check, text=reply.text)

    reply = _ask(model, plain, read)
    return Structured(read(reply), "sections", reply.model)


def _ask(model: ChatModel, request: ChatRequest, read: Callable[[ChatReply], object]) -> ChatReply:
    """Return the answer, which is kept only if it can be read: a later attempt has to ask anew."""

    def accept(reply: ChatReply) -> bool:
        try:
            read(reply)
        except _Problem:
            return False
        return True

    try:
        return model.chat(replace(request, accept=accept))
    except LlmBadReply as error:
        raise _Problem(error.detail, "it was no answer at all") from None


def _loaded(reply: ChatReply) -> object:
    """Return the JSON of an answer, also when it stands in a code fence, among words or after thoughts."""
    text = reply.text
    said = text.rpartition("</think>")[2]
    first, last = said.find("{"), said.rfind("}")
    for candidate in (text, said[first : last + 1] if 0 <= first < last else ""):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    if reply.finish_reason == "length":
        raise _Problem("cut off at its token limit", "it was cut off: be much shorter", text)
    raise _Problem("not JSON", "it is not JSON", text)


def _valid(answer: object, form: type[T], check: Callable[[T], None] | None, *, text: str) -> T:
    if _holds_nul(answer):
        raise _Problem("a NUL character", "it holds a NUL character, which cannot be stored", text)
    try:
        value = form.model_validate(answer)
    except ValidationError as error:
        raise _Problem(_kinds(error), _told(error), text) from None
    if check is not None:
        try:
            check(value)
        except ValueError as error:
            raise _Problem("it contradicts what was asked", str(error), text) from None
    return value


def _holds_nul(answer: object) -> bool:
    if isinstance(answer, str):
        return "\0" in answer
    if isinstance(answer, dict):
        return any(map(_holds_nul, answer.values()))
    return isinstance(answer, list) and any(map(_holds_nul, answer))


def _kinds(error: ValidationError) -> str:
    return ", ".join(dict.fromkeys(found["type"] for found in _errors(error)))


def _told(error: ValidationError) -> str:
    found = _errors(error)[:_MOST_PROBLEMS]
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'the whole'}: {each['msg']}" for each in found)


def _errors(error: ValidationError) -> list[Any]:
    return list(error.errors(include_url=False, include_context=False, include_input=False))


def _repair(request: ChatRequest, problem: _Problem) -> ChatRequest:
    assert request.schema is not None
    told = f"That answer cannot be used: {problem.told}. {json_instruction(request.schema)}"
    messages = request.messages
    if problem.text.strip():
        messages = (*messages, ChatMessage("assistant", problem.text[:_MOST_SHOWN_BACK]))
    return replace(request, messages=with_words(messages, told))
