"""Which rules make a service's keys."""

from __future__ import annotations

from typing import Literal, TypeAlias

from memsvc.ports.retrieval import KeyMaker
from memsvc_retrieval.keys.drawn import DrawnKeys
from memsvc_retrieval.keys.pipeline import rule_pipeline
from memsvc_retrieval.keys.told import ToldKeys
from memsvc_retrieval.keys.user_text import UserTextKeys

__all__ = ["KeyRules", "key_maker"]

KeyRules: TypeAlias = Literal["text", "told", "expanded"]


def key_maker(rules: KeyRules) -> KeyMaker:
    """Return what makes keys of whole texts, of them and of what the user told, or of all slots as well."""
    if rules == "text":
        return UserTextKeys()
    told = ToldKeys()
    return told if rules == "told" else DrawnKeys(told, rule_pipeline())
