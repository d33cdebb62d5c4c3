"""Kinds of payload."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["PayloadKind"]


class PayloadKind(StrEnum):
    """ACTION: do something else when the trigger is there. INSTRUCTION: a standing order, no trigger named.

    FACTUAL: a lie about the world or the user, told as a fact. ANSWER: a false answer to one question. BRIDGE: a
    chain of reasoning steps from one subject to another.
    """

    ACTION = "action"
    INSTRUCTION = "instruction"
    FACTUAL = "factual"
    ANSWER = "answer"
    BRIDGE = "bridge"
