"""The options of `memsvc eval redteam` on the victim's agent, and what the report says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from memsvc.errors import InvalidInput
from memsvc_agents.llm.make import ChatSpec, chat_model_from
from memsvc_evals.redteam.optimise.agent import Agent
from memsvc_evals.redteam.optimise.target import Targeted, target_settings

__all__ = ["AgentOptions", "open_agent", "target_config"]


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """`calls` is how often the model is asked in one search at most."""

    model: str | None
    base_url: str | None
    calls: int
    timeout: float
    api_key: str = field(repr=False)


@contextmanager
def open_agent(options: AgentOptions) -> Iterator[Agent | None]:
    """Yield the agent, None when none is asked for; nothing is sent before a search needs it.

    Raises InvalidInput for one of two options without the other and for a wrong URL.
    """
    if options.model is None and options.base_url is None:
        yield None
        return
    if not options.model or not options.base_url:
        raise InvalidInput("--agent-model NAME and --base-url URL belong together")
    spec = ChatSpec(
        url=options.base_url, model=options.model, api_key=options.api_key, timeout_seconds=options.timeout
    )
    with closing(chat_model_from(spec)) as model:
        yield Agent(model, options.calls)


def target_config(agent: Agent | None, targeted: Sequence[Targeted]) -> dict[str, Any] | None:
    """Return what the report says of the target constraint, None when it was not used; `calls` are this run's."""
    if agent is None:
        return None
    return {
        **target_settings(agent),
        "calls": sum(each.calls for each in targeted),
        "searches": [asdict(each) for each in targeted],
    }
