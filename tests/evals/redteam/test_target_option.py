"""`memsvc eval redteam --agent-model`: what is sent where, what the report says, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from memsvc_evals.cli import app
from memsvc_evals.redteam import run as redteam_run
from memsvc_evals.redteam.encoder.local import LocalEncoder
from memsvc_evals.redteam.families import agentpoison
from memsvc_evals.redteam.optimise.wished import WISHED
from tests.evals.redteam.conftest import WORDS
from tests.support.chat_endpoint import StubEndpoint, chat_endpoint

SMALL = ("--embedder", "hashing", "--victims", "2", "--modes", "lexical", "--n", "1", "--guard", "off")
EVERYTHING = "Action: " + "; ".join(wished.demonstration.format(t="it") for wished in WISHED)


@pytest.fixture
def endpoint() -> Iterator[StubEndpoint]:
    with chat_endpoint() as stub:
        yield stub


@pytest.fixture
def keyed(write_json: Callable[[str, Any], Path], monkeypatch: pytest.MonkeyPatch, tiny_model: Path) -> Path:
    """A StrategyQA file; attacks are one free search, on a tiny encoder."""
    monkeypatch.setattr(redteam_run, "LocalEncoder", lambda: LocalEncoder(tiny_model))
    monkeypatch.setattr(agentpoison, "_FORMS", agentpoison._FORMS[:1])
    asked = [
        {"qid": thing, "term": thing, "question": f"did she like the {thing}?", "answer": True, "facts": [thing]}
        for thing in WORDS[:48]
    ]
    return write_json("strategyqa.json", asked)


def redteam(corpus: Path, *arguments: object) -> Result:
    given = ("redteam", "--corpus", corpus, "--families", "agentpoison", *SMALL, *arguments)
    return CliRunner().invoke(app, [str(each) for each in given], env={"LLM_API_KEY": "sk-1"})


def test_the_report_names_the_model_and_its_calls(keyed: Path, endpoint: StubEndpoint, tmp_path: Path) -> None:
    endpoint.says(EVERYTHING)
    out = tmp_path / "r.json"
    asked = ("--agent-model", "small", "--base-url", endpoint.url, "--agent-calls", 40)
    ended = redteam(keyed, *asked, "--json", out)
    assert ended.exit_code == 0, ended.output
    said = json.loads(out.read_text())["config"]["target_action"]
    assert (said["model"], said["calls_per_search"], said["calls"]) == ("small", 40, len(endpoint.bodies))
    assert [(each["search"], each["seed"], each["met"]) for each in said["searches"]] == [("hf5", 0, True)]
    assert said["searches"][0]["models"] == ["small-2026-01-01"]
    assert 0 < len(endpoint.bodies) <= 40
    assert (endpoint.bodies[0]["model"], endpoint.headers[0]["authorization"]) == ("small", "Bearer sk-1")
    assert "did she like" not in out.read_text()


def test_without_the_option_no_model_is_named(keyed: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    ended = redteam(keyed, "--json", out)
    assert ended.exit_code == 0, ended.output
    assert json.loads(out.read_text())["config"]["target_action"] is None


def test_a_model_that_refuses_ends_the_run_in_one_line(keyed: Path, endpoint: StubEndpoint) -> None:
    endpoint.gives(401, '{"error": {"code": "invalid_api_key"}}')
    ended = redteam(keyed, "--agent-model", "small", "--base-url", endpoint.url)
    assert (ended.exit_code, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert ended.stderr.startswith("error: ")
    assert "401" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--agent-model", "small"), "--agent-model NAME and --base-url URL belong together"),
        (("--base-url", "http://127.0.0.1:9/v1"), "--agent-model NAME and --base-url URL belong together"),
        (("--agent-model", "small", "--base-url", "ftp://x"), "must begin with http:// or https://"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_read(arguments: tuple[str, ...], said: str) -> None:
    ended = redteam(Path("/nowhere/at/all.json"), *arguments)
    assert (ended.exit_code, ended.stderr.count("\n")) == (2, 1)
    assert said in ended.stderr


def test_no_calls_at_all_are_no_cap(keyed: Path) -> None:
    ended = redteam(keyed, "--agent-model", "small", "--base-url", "http://127.0.0.1:9/v1", "--agent-calls", 0)
    assert ended.exit_code == 2
    assert "agent-calls" in ended.stderr
