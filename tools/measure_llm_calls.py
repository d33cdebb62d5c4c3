"""Count the calls and tokens of language models that adding a round takes, by the service's own accounting.

Run: python tools/measure_llm_calls.py [--rounds 30] [--neighbours 5] [LONGMEMEVAL.json]

Rounds of LongMemEval are remembered one after another, once under a policy of rules and once under one that asks a
model. The model is scripted: it draws its answers from the words it is shown, about as long as a real one's, and
reports tokens as bytes / 4, its prompt with the schema. Without a file the three questions of the tests are read.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from memsvc.app import App, build
from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.ids import SessionId
from memsvc.domain.policies import AmemPolicy, Policy, Work
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.ports.llm import ChatReply, ChatRequest, Say
from memsvc.settings import GuardSettings, Settings
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_evals.longmemeval.schema import read_questions

FIXTURE = Path(__file__).resolve().parent.parent / "tests" / "evals" / "data" / "longmemeval_three.json"
TENANT = "local"
_WORDS = re.compile(r"[A-Za-z]{4,}")
_DAYS = datetime(2000, 1, 1, tzinfo=UTC).date(), datetime(2100, 1, 1, tzinfo=UTC).date()


class Drawing:
    """A model that answers A-MEM's two forms with words of what it is shown."""

    name = "drawing"

    def chat(self, request: ChatRequest) -> ChatReply:
        shown, schema = request.messages[-1].content, json.dumps(request.schema)
        text = json.dumps(_judgement(shown) if '"links"' in schema else _analysis(shown))
        asked = sum(len(message.content.encode()) for message in request.messages) + len(schema)
        return ChatReply(text, self.name, -(-asked // 4), -(-len(text.encode()) // 4), "stop")

    def stream(self, request: ChatRequest, say: Say) -> ChatReply:
        reply = self.chat(request)
        say(reply.text)
        return reply

    def close(self) -> None:
        """Nothing is open."""


def _analysis(shown: str) -> dict[str, Any]:
    words = list(dict.fromkeys(_WORDS.findall(shown)))[5:40]
    context = f"The user and the assistant talk about {' '.join(words[:14])}, so that the user can go on."
    return {
        "keywords": [" ".join(words[at : at + 2]) for at in range(0, 10, 2)],
        "context": context,
        "tags": words[:4],
    }


def _judgement(shown: str) -> dict[str, Any]:
    neighbours = shown.count('{"n":')
    rewritten = {"n": 1, **_analysis(shown)} if neighbours else None
    links = [{"n": place, "type": "related", "confidence": 0.8} for place in range(1, min(3, neighbours) + 1)]
    return {"links": links, "tags": [], "changes": [rewritten] if rewritten else []}


def sessions(path: Path) -> Iterator[NewSession]:
    for question in read_questions(path):
        for session in question.haystack:
            turns = tuple(NewTurn(turn.role, turn.content) for turn in session.turns if turn.content.strip())
            if turns:
                yield NewSession(turns, id=SessionId(f"{question.id}-{session.id}"), started_at=session.at)


def measured(path: Path, *, work: Work, rounds: int, neighbours: int) -> dict[str, Any]:
    """Return what adding so many rounds under a policy took."""
    scope = Scope.of(TENANT, work.value)
    with tempfile.TemporaryDirectory() as folder, _service(folder) as app:
        policy = Policy(amem=AmemPolicy(work=work, neighbours=neighbours))
        app.service.set_policy(scope, policy, actor=Actor("local"), expected_version=None)
        added = 0
        for session in sessions(path):
            if added >= rounds:
                break
            (told,) = app.service.remember_sessions(scope, [session], actor=Actor("local")).outcomes
            added += len(told.rounds)
            while app.runner.run_one():
                pass
        lines = app.storage.llm_ledger.usage(scope.tenant, since=_DAYS[0], until=_DAYS[1], namespace=None)
        calls, tokens = (
            sum(line.calls for line in lines),
            sum(line.prompt_tokens + line.completion_tokens for line in lines),
        )
        with app.storage.reader(scope) as reader:
            links = sum(reader.links.count().values())
    return {
        "work": work.value,
        "rounds": added,
        "calls": calls,
        "calls_per_round": round(calls / added, 3),
        "tokens_per_round": round(tokens / added, 1),
        "links": links,
    }


def _service(folder: str) -> App:
    settings = Settings(data_dir=Path(folder), guard=GuardSettings(level="off"))
    return build(settings, embedder=HashingEmbedder(256), llm=Drawing())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=FIXTURE)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--neighbours", type=int, default=5)
    chosen = parser.parse_args()
    for work in (Work.RULES, Work.LLM):
        found = measured(chosen.file, work=work, rounds=chosen.rounds, neighbours=chosen.neighbours)
        print(json.dumps(found))


if __name__ == "__main__":
    main()
