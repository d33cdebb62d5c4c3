"""Thinking as the service needs it: the rules that are given, and the model's prompts."""

from __future__ import annotations

from memsvc.ports.thinking import Thinking, ThoughtMaker
from memsvc_agents.tim.organiser import LlmOrganiser
from memsvc_agents.tim.thinker import LlmThoughtMaker

__all__ = ["thinking_with"]


def thinking_with(rules: ThoughtMaker) -> Thinking:
    """Return the rules beside a maker and an organiser by model."""
    return Thinking(rules, LlmThoughtMaker, LlmOrganiser)
