"""Answers of a strict form: at most three calls, and no word of a memory in an error."""

from __future__ import annotations

import json
import logging
import traceback

import pytest
from pydantic import BaseModel

from memsvc.errors import LlmBadReply, LlmBudgetSpent, LlmRefused, LlmUnavailable, MemsvcError
from memsvc.ports.llm import ChatMessage, ChatReply, ChatRequest
from memsvc_agents.llm.schemas import schema_of
from memsvc_agents.llm.scripted import ScriptedChat
from memsvc_agents.llm.sections import Section, flag, words
from memsvc_agents.llm.structured import structured

CANARY = "xylophonequark"
ASK = ChatRequest((ChatMessage("system", "Be short."), ChatMessage("user", f"About {CANARY}.")), max_tokens=50)


class Form(BaseModel):
    keywords: list[str]
    link: bool


SECTIONS = (Section("keywords", "separated by commas", words), Section("link", "yes or no", flag))
GOOD = '{"keywords": ["tea"], "link": true}'
PLAIN = "## keywords\ntea\n## link\nyes"
VALUE = Form(keywords=["tea"], link=True)


def at_least_one(form: Form) -> None:
    if not form.keywords:
        raise ValueError("name at least one keyword")


def test_the_schema_of_the_form_goes_with_the_request() -> None:
    model = ScriptedChat([GOOD])
    answer = structured(model, ASK, Form)
    assert (answer.value, answer.way, answer.model) == (VALUE, "schema", "scripted")
    assert (model.requests[0].schema, model.requests[0].messages) == (schema_of(Form), ASK.messages)


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{GOOD}\n```",
        f"<think>{{hm}}</think>\n{GOOD}",
        f"Here: {GOOD} I hope it helps.",
    ],
    ids=["fence", "thoughts", "words"],
)
def test_json_is_found_among_words(text: str) -> None:
    assert structured(ScriptedChat([text]), ASK, Form).value == VALUE


def test_one_repair_shows_the_model_its_answer_and_error() -> None:
    model = ScriptedChat(['{"keywords": "tea", "link": true}', GOOD])
    assert structured(model, ASK, Form).way == "repaired"
    repair = model.requests[1]
    assert [message.role for message in repair.messages] == ["system", "user", "assistant", "user"]
    assert repair.messages[2].content == '{"keywords": "tea", "link": true}'
    assert "keywords: Input should be a valid list" in repair.messages[3].content
    assert json.dumps(schema_of(Form), separators=(",", ":")) in repair.messages[3].content


def test_the_message_of_the_check_is_shown_to_the_model() -> None:
    model = ScriptedChat(['{"keywords": [], "link": true}', GOOD])
    assert structured(model, ASK, Form, check=at_least_one).value == VALUE
    assert "name at least one keyword" in model.requests[1].messages[-1].content


def test_a_cut_answer_is_asked_for_shorter() -> None:
    cut = ChatReply('{"keywords": ["te', "m", 1, 50, "length")
    model = ScriptedChat([cut, GOOD])
    structured(model, ASK, Form)
    assert "much shorter" in model.requests[1].messages[-1].content


def test_without_an_answer_the_repair_keeps_roles_in_turn() -> None:
    model = ScriptedChat([LlmBadReply("the model's answer holds no text"), GOOD])
    structured(model, ASK, Form)
    assert [message.role for message in model.requests[1].messages] == ["system", "user"]


def test_headings_come_last_and_without_a_schema() -> None:
    model = ScriptedChat(["?", "?", PLAIN])
    answer = structured(model, ASK, Form, sections=SECTIONS)
    assert (answer.value, answer.way) == (VALUE, "sections")
    assert model.requests[2].schema is None
    assert "## keywords" in model.requests[2].messages[-1].content


def test_headings_are_checked_as_well() -> None:
    with pytest.raises(LlmBadReply, match="contradicts"):
        structured(
            ScriptedChat(["?", "?", "## keywords\nnone\n## link\nno"]),
            ASK,
            Form,
            check=at_least_one,
            sections=SECTIONS,
        )


def test_without_sections_there_are_two_calls() -> None:
    model = ScriptedChat(["?", "?", GOOD])
    with pytest.raises(LlmBadReply, match=r"gave no answer of the form asked for \(not JSON\)"):
        structured(model, ASK, Form)
    assert len(model.requests) == 2


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "null",
        "[]",
        "NaN",
        '{"keywords": ["\\u0000"], "link": true}',
        '{"keywords": ["\\ud83d"]}',
        "",
    ],
    ids=["deep", "null", "list", "nan", "nul", "half a pair", "empty"],
)
def test_what_cannot_be_stored_is_not_taken(text: str) -> None:
    with pytest.raises(LlmBadReply):
        structured(ScriptedChat([text] * 3), ASK, Form, sections=SECTIONS)


@pytest.mark.parametrize(
    "error", [LlmUnavailable("x"), LlmRefused("x"), LlmBudgetSpent("x")], ids=lambda e: e.code
)
def test_other_errors_end_it_at_once(error: MemsvcError) -> None:
    model = ScriptedChat([error, GOOD])
    with pytest.raises(type(error)):
        structured(model, ASK, Form)
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    "text",
    [
        CANARY,
        f'{{"{CANARY}": 1}}',
        f'{{"keywords": "{CANARY}", "link": "{CANARY}"}}',
        f'{{"keywords": ["{CANARY}"], "link": true}}',
        f"## keywords\n{CANARY}\n## link\n{CANARY}",
    ],
)
def test_no_word_of_question_or_answer_is_in_errors_or_logs(text: str, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(form: Form) -> None:
        raise ValueError(f"not {form.keywords}")

    with caplog.at_level(logging.DEBUG), pytest.raises(LlmBadReply) as caught:
        structured(ScriptedChat([text] * 3), ASK, Form, check=refuse, sections=SECTIONS)
    shown = "".join(traceback.format_exception(caught.value, limit=0)) + caplog.text
    assert CANARY not in shown
