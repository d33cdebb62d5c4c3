"""The commands and the programs in the pages on links, thoughts, policies, the guard and chat, executed."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from memsvc import Client
from memsvc.api import create_app
from memsvc.app import build
from memsvc.client.testing import in_process_transport
from memsvc.settings import EmbedderSettings, Settings
from tests.cli.conftest import Ran, data_dir, run
from tests.support.chat_endpoint import chat_endpoint

__all__ = ["data_dir", "run"]

Run = Callable[..., Ran]
DOCS = Path(__file__).resolve().parents[2] / "docs"
TURNS = [{"role": "user", "content": text} for text in ("John is an actor.", "John is a writer.")]
POLICY = {"amem": {"work": "rules"}, "links": {"entity": True}, "thoughts": {"work": "rules"}}


def commands(page: str) -> list[str]:
    """Return the first block of a page, a command for each line, without what `#` says of it."""
    block = re.findall(r"\n\n```\n(.*?)```", (DOCS / f"{page}.md").read_text(), re.DOTALL)[0]
    return [line.partition(" #")[0].strip() for line in block.splitlines()]


def program(page: str) -> str:
    return str(re.findall(r"```python\n(.*?)```", (DOCS / f"{page}.md").read_text(), re.DOTALL)[0])


@pytest.fixture
def names(run: Run, tmp_path: Path) -> dict[str, str]:
    """What the pages' words stand for: two rounds, and the thought that theirs were merged to."""
    policy, talk = tmp_path / "policy.json", tmp_path / "talk.jsonl"
    policy.write_text(json.dumps(POLICY))
    talk.write_text(json.dumps({"id": "s", "turns": TURNS}))
    files = {"policy.json": str(policy), "old.jsonl": str(talk), "report.html": str(tmp_path / "report.html")}
    assert run("policy", "set", policy, "-n", "alice").code == 0
    assert run("ingest", talk, "-n", "alice").code == 0
    (merged,) = run("thoughts", "list", "-n", "alice", "--json").data["items"]
    rounds = [hit["note"]["id"] for hit in run("recall", "John", "-n", "alice", "--json").data["hits"]]
    return {"ROUND...": " ".join(rounds), "ROUND": rounds[0], "THOUGHT": merged["id"], **files}


@pytest.mark.slow
@pytest.mark.parametrize("page", ["amem", "tim", "policies", "security"])
def test_the_commands_of_a_page_run_as_printed(run: Run, names: dict[str, str], page: str) -> None:
    note = names["THOUGHT" if page == "tim" else "ROUND"]
    for line in commands(page):
        told, piped, command = line.rpartition(" | ")
        for word, meant in {**names, "NOTE 3": f"{note} 1", "NOTE": note}.items():
            command = command.replace(word, meant)
        stdin = shlex.split(told)[1] if piped else None
        done = run(*shlex.split(command)[1:], stdin=stdin)
        assert done.code == 0, (line, done.err)


def test_the_program_of_the_security_page_runs() -> None:
    exec(compile(program("security"), "docs/security.md", "exec"), {})


@pytest.mark.slow
def test_the_program_of_the_chat_page_runs(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(data_dir=data_dir, embedder=EmbedderSettings(kind="hashing"))
    with build(settings) as parts, chat_endpoint() as model:
        transport = in_process_transport(create_app(parts.service, parts.storage, settings))
        with Client(transport=transport, namespace="alice") as client:
            told = client.remember("My dog is called Pixel.").note
            delta = {"delta": {"content": "Pixel."}, "index": 0, "finish_reason": "stop"}
            model.streams({"model": "qwen3", "choices": [delta]}, "[DONE]")
            code = program("chat").replace("http://127.0.0.1:8080/v1", model.url)
            here = code.replace("Client(namespace", "Client(transport=transport, namespace")
            exec(compile(here, "docs/chat.md", "exec"), {"transport": transport})
    printed = [line for line in capsys.readouterr().out.splitlines() if "[info" not in line]
    assert printed == ["Pixel.", str([told])]
