"""What is kept of a model's answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.links import LinkType
from memsvc.errors import LlmBadReply
from memsvc.ports.amem import Analysed, JudgedLink, Judgement, Shown
from memsvc.ports.retrieval import Passage
from memsvc_agents.amem.analyst import LlmAnalyst
from memsvc_agents.amem.judge import LlmJudge
from memsvc_agents.llm.scripted import ScriptedChat

PASSAGE = Passage("tea", (), datetime(2023, 5, 24, tzinfo=UTC))
NEW = Shown(PASSAGE, Attributes(("tea",), ("drinks",), "On tea."))
NEAR = [Shown(PASSAGE, Attributes((f"k{n}",), (f"t{n}",), f"c{n}", Method.RULES)) for n in range(3)]


def analyse(**answer: Any) -> Attributes:
    given = {"keywords": ["tea"], "context": "On tea.", "tags": ["drinks"], **answer}
    return LlmAnalyst(ScriptedChat([json.dumps(given)] * 3)).analyse(Analysed(PASSAGE))


def judge(*, links: Any = (), tags: Any = (), changes: Any = ()) -> Judgement:
    answer = json.dumps({"links": links, "tags": tags, "changes": changes})
    return LlmJudge(ScriptedChat([answer])).judge(NEW, NEAR)


def rewriting(n: int, **parts: Any) -> dict[str, Any]:
    return {"n": n, "keywords": [], "tags": [], "context": "", **parts}


def test_lists_are_cut_each_text_once_and_on_one_line() -> None:
    found = analyse(keywords=["Tea", "tea", " green\n tea ", "", "x" * 61, *"abcdefghijk"], tags=["a\x07b\u200bc"])
    assert found.keywords == ("Tea", "green tea", *"abcdef")
    assert found.tags == ("a b c",)


def test_a_long_context_is_cut_at_a_blank() -> None:
    found = analyse(context="word " * 200)
    assert len(found.context) <= 300
    assert found.context.endswith("word")


@pytest.mark.parametrize("answer", [{"keywords": []}, {"keywords": ["", " "]}, {"context": " \n"}])
def test_an_answer_without_substance_is_none(answer: dict[str, Any]) -> None:
    with pytest.raises(LlmBadReply):
        analyse(**answer)


def test_links_have_places_from_zero_types_and_weights() -> None:
    found = judge(links=[{"n": 2, "type": "conflict", "confidence": 0.25}])
    assert found.links == (JudgedLink(1, LinkType.CONFLICT, 0.25),)


@pytest.mark.parametrize(("confidence", "weight"), [(5, 1.0), (1e308, 1.0), (1e-9, 1e-9)])
def test_a_confidence_above_one_is_one(confidence: float, weight: float) -> None:
    assert judge(links=[{"n": 1, "type": "related", "confidence": confidence}]).links[0].weight == weight


@pytest.mark.parametrize("confidence", [0, -1, -0.0, float("nan"), float("-inf")])
def test_a_link_without_confidence_is_none(confidence: float) -> None:
    assert judge(links=[{"n": 1, "type": "related", "confidence": confidence}]).links == ()


@pytest.mark.parametrize("number", [0, 4, -1, 10**9])
def test_what_names_no_neighbour_is_dropped(number: int) -> None:
    link = {"n": number, "type": "related", "confidence": 1}
    assert judge(links=[link], changes=[rewriting(number, context="x")]) == Judgement()


def test_a_neighbour_counts_once() -> None:
    links = [{"n": 1, "type": "related", "confidence": part} for part in (0.5, 0.9)]
    changes = [rewriting(1, context="first"), rewriting(1, context="second")]
    found = judge(links=links, changes=changes)
    assert [link.weight for link in found.links] == [0.5]
    assert found.rewritten[0].context == "first"


def test_only_tags_of_linked_neighbours_are_adopted() -> None:
    found = judge(links=[{"n": 1, "type": "related", "confidence": 1}], tags=["T0", "t1", "drinks", "new"])
    assert found.adopted == ("t0",)


def test_empty_parts_of_a_change_leave_what_is_there() -> None:
    found = judge(changes=[rewriting(1, tags=["new"]), rewriting(2)])
    assert found.rewritten == {0: Attributes(("k0",), ("new",), "c0", Method.LLM)}


def test_a_change_to_what_is_there_is_none() -> None:
    assert judge(changes=[rewriting(1, keywords=["k0"], tags=["t0"], context="c0")]).rewritten == {}
