"""Who thinks: the rules, or a language model where the policy wants one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from memsvc.domain.policies import Work
from memsvc.domain.scope import Scope
from memsvc.memory.context import Context
from memsvc.memory.policy import policy_of
from memsvc.ports.llm import LLM_FAILURES, ChatModel
from memsvc.ports.thinking import Material, Thought, ThoughtMaker

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
    context: Context,
    model: ChatModel | None,
    materials: Sequence[Material],
    *,
    voices: Sequence[Hashable],
    may_degrade: bool,
) -> Made:
    """Return the thoughts of all materials, of the rules when the model fails and that may be.

    A model is shown materials of one voice at a time: what it says of one may come from the words of another, so
    they must be whose words may go into one another.
    """
    if model is None or not materials:
        return Made(context.thinking.rules.think(materials), by_model=False)
    try:
        return Made(_by_voice(context.thinking.by_model(model), materials, voices), by_model=True)
    except LLM_FAILURES:
        if not may_degrade:
            raise
        return Made(context.thinking.rules.think(materials), by_model=False, degraded=("thoughts",))


def _by_voice(maker: ThoughtMaker, materials: Sequence[Material], voices: Sequence[Hashable]) -> list[Thought]:
    places: dict[Hashable, list[int]] = {}
    for place, voice in enumerate(voices):
        places.setdefault(voice, []).append(place)
    found = [
        replace(thought, source=own[thought.source])
        for own in places.values()
        for thought in maker.think([materials[place] for place in own])
    ]
    return sorted(found, key=lambda thought: thought.source)
