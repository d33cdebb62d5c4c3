"""`memsvc chat`: talk with a memory in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from json import dumps
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated

import typer

from memsvc.cli import options
from memsvc.cli.configuration import load_settings
from memsvc.cli.connection import Connection, Target, joined
from memsvc.cli.output import one_line, say

if TYPE_CHECKING:
    from memsvc.ports.llm import ChatModel
    from memsvc_agents.chat.agent import ChatAgent, ChatTurn
    from memsvc_agents.chat.memory import Memory

__all__ = ["chat"]

_QUIT = frozenset({"/quit", "/exit"})
_SHOWN = 100


def chat(
    namespace: options.Namespace = "default",
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=100, help="How many memories to recall.")] = 5,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each turn.")] = False,
) -> None:
    """Talk, line by line: memories are recalled and shown, the model answers, and what was said is remembered.

    The model is that of MEMSVC_LLM__KIND and so on; without one there are memories and no answers. /quit ends.
    """
    target = Target(url, api_key, data_dir)
    with joined(target, namespace=namespace) as connection, _model(connection, namespace) as model:
        if model is None:
            say("memsvc: no language model is set (MEMSVC_LLM__KIND): memories are shown, nothing is answered")
        agent = _agent(connection, model, k=k)
        for line in _lines():
            _turn(agent, line, as_json=json)


def _turn(agent: ChatAgent, line: str, *, as_json: bool) -> None:
    if as_json:
        turn = agent.turn(line, say=_nothing)
        sys.stdout.write(dumps(_record(turn)) + "\n")
    else:
        turn = agent.turn(line, say=_piece, recalled=_show_memories)
        sys.stdout.write("\n" if turn.answer else "")
        if turn.failure is not None:
            say(f"memsvc: no answer: {turn.failure}")
        say(_kept(turn))
    sys.stdout.flush()


def _agent(connection: Connection, model: ChatModel | None, *, k: int) -> ChatAgent:
    from memsvc.app import utc_now
    from memsvc_agents.chat.agent import ChatAgent
    from memsvc_agents.chat.sdk_memory import SdkMemory

    memory = SdkMemory(connection.client, session=f"chat-{token_hex(8)}", clock=utc_now)
    return ChatAgent(memory, model, clock=utc_now, k=k)


@contextmanager
def _model(connection: Connection, namespace: str) -> Iterator[ChatModel | None]:
    """Yield the model of the settings; its calls are counted where the service is in this process."""
    from memsvc.domain.scope import LOCAL_TENANT, Scope
    from memsvc.wiring.llm import chat_model

    if connection.app is not None:
        models = connection.app.llm
        yield None if models is None else models(Scope.of(LOCAL_TENANT, namespace), "chat")
        return
    model = chat_model(load_settings().llm)
    try:
        yield model
    finally:
        if model is not None:
            model.close()


def _lines() -> Iterator[str]:
    """Yield what is typed or piped in, without blank lines, up to its end or /quit."""
    while True:
        try:
            line = input("> " if sys.stdin.isatty() else "").strip()
        except EOFError:
            return
        if line in _QUIT:
            return
        if line:
            yield line


def _show_memories(memories: Sequence[Memory]) -> None:
    for memory in memories:
        text = one_line(memory.text)
        cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        typer.secho(f"  · {memory.at:%Y-%m-%d}  {memory.score:.2f}  {cut}", dim=True)


def _piece(text: str) -> None:
    """Print a piece of an answer as it comes; a model's words steer no terminal either."""
    sys.stdout.write("".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text))
    sys.stdout.flush()


def _nothing(_: str) -> None:
    pass


def _kept(turn: ChatTurn) -> str:
    degraded = f"; degraded: {', '.join(turn.kept.degraded)}" if turn.kept.degraded else ""
    return f"memsvc: {len(turn.kept.notes)} notes and {turn.kept.thoughts} thoughts kept{degraded}"


def _record(turn: ChatTurn) -> dict[str, object]:
    return {
        "answer": turn.answer,
        "memories": [
            {"id": m.id, "event_time": m.at.isoformat(), "score": m.score, "text": m.text} for m in turn.memories
        ],
        "notes": list(turn.kept.notes),
        "thoughts": turn.kept.thoughts,
        "degraded": list(turn.kept.degraded),
        "failure": turn.failure,
    }
