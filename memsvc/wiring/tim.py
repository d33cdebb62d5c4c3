"""What TiM works with, its rules from the retrieval and its prompts from the agents; and its jobs."""

from __future__ import annotations

from collections.abc import Mapping

from memsvc.domain.jobs import ORGANISE, THINK
from memsvc.jobs.running import Handler
from memsvc.memory.context import Context
from memsvc.memory.thought_jobs import organise_job, think_job
from memsvc.ports.thinking import Thinking
from memsvc_agents.tim.organiser import LlmOrganiser
from memsvc_agents.tim.thinker import LlmThoughtMaker
from memsvc_retrieval.thoughts.making import RuleThoughts

__all__ = ["tim_handlers", "tim_thinking"]


def tim_thinking() -> Thinking:
    return Thinking(rules=RuleThoughts(), by_model=LlmThoughtMaker, organiser=LlmOrganiser)


def tim_handlers(context: Context) -> Mapping[str, Handler]:
    """Return what is done for the jobs that think about new rounds and organise new thoughts."""
    return {
        THINK: lambda run: think_job(context, run),
        ORGANISE: lambda run: organise_job(context, run),
    }
