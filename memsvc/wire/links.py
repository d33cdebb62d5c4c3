"""Links between notes, A-MEM's attributes, and what changes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from memsvc.wire.base import Request, Response
from memsvc.wire.words import LinkType, Method

__all__ = ["Attributes", "Consolidated", "Evolved", "Link", "LinkList", "RevertRequest"]


class Link(Response):
    """A link as it is seen from `note`; `weight` is above 0 and at most 1. Sequence links are not stored."""

    note: str
    other: str
    type: LinkType
    weight: float
    method: Method
    at: datetime
    actor: str


class LinkList(Response):
    """The links of a note to visible notes, heaviest first."""

    items: tuple[Link, ...]


class Attributes(Response):
    """What a model or rules say of a note beside its content, at this `version` of it."""

    note: str
    version: int
    keywords: tuple[str, ...]
    tags: tuple[str, ...]
    context: str
    method: Method


class Evolved(Response):
    """The note's attributes, the notes whose attributes were changed, and how many links are new.

    `degraded` says why a model could not be used.
    """

    attributes: Attributes
    changed: tuple[str, ...]
    links: int
    degraded: tuple[str, ...] = ()


class RevertRequest(Request):
    """`version` is the version of the note whose attributes are to come back."""

    version: Annotated[int, Field(ge=1, le=10**18)]


class Consolidated(Response):
    """How many notes were looked at, how many got attributes, and keys anew, and how many links are new."""

    notes: int
    attributes: int
    keys: int
    links: int
