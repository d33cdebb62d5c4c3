"""Who thinks: the rules, or a language model where the policy wants one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from memsvc.domain.policies import Work
from memsvc.domain.scope import Scope
from memsvc.memory.context import Context
from memsvc.memory.policy import policy_of
from memsvc.ports.llm import LLM_FAILURES, ChatModel
from memsvc.ports.thinking import Material, Thought

__all__ = ["Made", "make_thoughts", "model_for"]

_OPERATION = "post-think"


@dataclass(frozen=True, slots=True)
class Made:
    """Thoughts, and whether a model made them."""

    thoughts: Sequence[Thought]
    by_model: bool
    degraded: tuple[str, ...] = ()


def model_for(context: Context, scope: Scope, operation: str = _OPERATION) -> ChatModel | None:
    """Return the model that works for the namespace; None when its policy wants none, or there is none.

    To be asked for before the notes are read (see ChatModels).
    """
    if context.llm is None:
        return None
    with context.storage.reader(scope) as reader:
        wanted = policy_of(reader).thoughts.work is Work.LLM
    return context.llm(scope, operation) if wanted else None


def make_thoughts(
    context: Context, model: ChatModel | None, materials: Sequence[Material], *, may_degrade: bool
) -> Made:
    """Return the thoughts of all materials, of the rules when the model fails and that may be."""
    if model is None or not materials:
        return Made(context.thinking.rules.think(materials), by_model=False)
    try:
        return Made(context.thinking.by_model(model).think(materials), by_model=True)
    except LLM_FAILURES:
        if not may_degrade:
            raise
        return Made(context.thinking.rules.think(materials), by_model=False, degraded=("thoughts",))
