"""`memsvc usage` and `memsvc llm check`, against a stub of a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.chat_endpoint import StubEndpoint, chat_endpoint

Run = Callable[..., Any]
GOOD = '{"animals": ["whale", "dolphin"], "sea": true}'
PLAIN = "## animals\nwhale, dolphin\n## sea\nyes"


@pytest.fixture
def endpoint(data_dir: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubEndpoint]:
    """Yield a stub that the settings name."""
    with chat_endpoint() as stub:
        monkeypatch.setenv("MEMSVC_LLM__KIND", "openai")
        monkeypatch.setenv("MEMSVC_LLM__URL", stub.url)
        monkeypatch.setenv("MEMSVC_LLM__MODEL", "small")
        monkeypatch.setenv("MEMSVC_LLM__ATTEMPTS", "1")
        monkeypatch.setenv("MEMSVC_LLM__PROMPT_PRICE", "100000")
        yield stub


def test_a_model_that_keeps_to_the_schema(run: Run, endpoint: StubEndpoint) -> None:
    endpoint.says(GOOD)
    done = run("llm", "check", "--json")
    found = done.data
    assert (done.code, found["model"], found["schema_held"], found["calls"]) == (0, "small-2026-01-01", True, 1)
    assert (found["prompt_tokens"], found["completion_tokens"]) == (12, 3)


def test_a_model_that_needs_headings(run: Run, endpoint: StubEndpoint) -> None:
    for text in ("?", "?", PLAIN):
        endpoint.says(text)
    done = run("llm", "check")
    assert (done.code, done.out.splitlines()[1]) == (3, "schema: not held; headings worked")


def test_a_model_that_babbles(run: Run, endpoint: StubEndpoint) -> None:
    endpoint.says("?")
    done = run("llm", "check", "--json")
    assert (done.code, done.data["way"], done.data["calls"]) == (3, "none", 3)


def test_a_model_that_is_down_fails_in_one_line(run: Run, endpoint: StubEndpoint) -> None:
    endpoint.gives(503, "")
    done = run("llm", "check")
    assert (done.code, done.out, len(done.err.splitlines())) == (1, "", 1)
    assert "answered 503" in done.err


def test_the_model_is_asked_though_its_last_answer_is_kept(run: Run, endpoint: StubEndpoint) -> None:
    run("ingest", "-", stdin='{"content": "I like tea."}\n')
    endpoint.says(GOOD)
    assert run("llm", "check").code == 0
    endpoint.answers.clear()
    endpoint.gives(503, "")
    assert run("llm", "check").code == 1


@pytest.mark.usefixtures("data_dir")
def test_without_a_model_there_is_nothing_to_check(run: Run) -> None:
    done = run("llm", "check")
    assert (done.code, "MEMSVC_LLM__KIND" in done.err) == (2, True)


def test_usage_tells_what_it_took(run: Run, endpoint: StubEndpoint) -> None:
    endpoint.says(GOOD)
    run("llm", "check")
    (item,) = run("usage", "--json").data["items"]
    assert (item["operation"], item["calls"], item["prompt_tokens"], item["cost"]) == ("check", 1, 12, 1.2)
    told = run("usage").out.splitlines()
    assert "check (small): 1 calls (0 failed), 0 from the cache, 12 + 3 tokens, cost 1.200000" in told[0]


@pytest.mark.usefixtures("data_dir")
def test_usage_without_calls(run: Run) -> None:
    out = run("usage", "--since", "2026-01-01", "--until", "2026-01-02").out
    assert out.startswith("2026-01-01 to 2026-01-02: 0 calls")


@pytest.mark.usefixtures("data_dir")
def test_a_real_model_is_refused_in_tests(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMSVC_LLM__KIND", "openai")
    monkeypatch.setenv("MEMSVC_LLM__URL", "https://api.openai.com/v1")
    monkeypatch.setenv("MEMSVC_LLM__MODEL", "m")
    done = run("llm", "check")
    assert (done.code, "MEMSVC_LLM__OFFLINE" in done.err) == (1, True)
