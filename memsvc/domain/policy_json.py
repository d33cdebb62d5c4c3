"""A policy as JSON: as it is stored and exported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from memsvc.domain.notes import Json, Kind, Origin
from memsvc.domain.policies import (
    AmemPolicy,
    Eviction,
    Failing,
    GuardLevel,
    GuardPolicy,
    LinkPolicy,
    Policy,
    Probing,
    RetentionPolicy,
    ThoughtPolicy,
    Unlabelled,
    Work,
)

__all__ = ["policy_from_json", "policy_to_json"]

_T = TypeVar("_T", LinkPolicy, AmemPolicy, ThoughtPolicy, RetentionPolicy, GuardPolicy)
_ENUMS: Mapping[str, type[StrEnum]] = {
    "work": Work,
    "eviction": Eviction,
    "level": GuardLevel,
    "on_failure": Failing,
    "probe": Probing,
    "unlabelled": Unlabelled,
    "full_influence_from": Origin,
}
_BY_KIND = frozenset({"ttl_days", "admit_after"})


def policy_to_json(policy: Policy) -> dict[str, Json]:
    return {part.name: _part_to_json(getattr(policy, part.name)) for part in fields(policy)}


def policy_from_json(value: Mapping[str, Any]) -> Policy:
    """Return the policy; members that an older version did not write have their defaults."""
    return Policy(
        links=_part(LinkPolicy, value),
        amem=_part(AmemPolicy, value),
        thoughts=_part(ThoughtPolicy, value),
        retention=_part(RetentionPolicy, value),
        guard=_part(GuardPolicy, value),
    )


_NAMES: Mapping[type, str] = {
    LinkPolicy: "links",
    AmemPolicy: "amem",
    ThoughtPolicy: "thoughts",
    RetentionPolicy: "retention",
    GuardPolicy: "guard",
}


def _part_to_json(part: Any) -> dict[str, Json]:
    return {member.name: _plain(getattr(part, member.name)) for member in fields(part)}


def _plain(value: Any) -> Json:
    if isinstance(value, Mapping):
        return {str(kind.value): number for kind, number in value.items()}
    return value.value if isinstance(value, StrEnum) else value


def _part(of: type[_T], whole: Mapping[str, Any]) -> _T:
    sent = whole.get(_NAMES[of], {})
    return of(
        **{member.name: _member(member.name, sent[member.name]) for member in fields(of) if member.name in sent}
    )


def _member(name: str, value: Any) -> Any:
    if name in _BY_KIND:
        return MappingProxyType({Kind(kind): number for kind, number in value.items()})
    return _ENUMS[name](value) if name in _ENUMS else value
