"""Origin classes of what is remembered: stamped by the server, only ever lowered."""

from __future__ import annotations

from collections.abc import Iterable

from memsvc.domain.notes import TRUST_OF_ORIGIN, Origin

__all__ = ["least_trusted", "origin_of_role", "stamp"]

_ORIGIN_OF_ROLE = {
    "user": Origin.DIRECT_USER,
    "assistant": Origin.MODEL_INFERENCE,
    "system": Origin.TOOL_INTERNAL,
    "developer": Origin.TOOL_INTERNAL,
    "tool": Origin.TOOL_EXTERNAL,
    "function": Origin.TOOL_EXTERNAL,
}


def origin_of_role(role: str) -> Origin:
    """Return the origin of a turn by its role; a role that is not known is not trusted."""
    return _ORIGIN_OF_ROLE.get(role, Origin.UNTRUSTED_DOCUMENT)


def least_trusted(origins: Iterable[Origin]) -> Origin:
    """Return the origin with the lowest trust: trust flows down from all sources of a note."""
    return min(origins, key=TRUST_OF_ORIGIN.__getitem__)


def stamp(*, ceiling: Origin, declared: Origin | None, roles: Iterable[str] = ()) -> Origin:
    """Return the origin of a note from the caller's ceiling, its own (lowering) claim and its turns' roles."""
    sources = [ceiling, *(origin_of_role(role) for role in roles)]
    if declared is not None:
        sources.append(declared)
    return least_trusted(sources)
