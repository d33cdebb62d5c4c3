"""What every reader yields: things to remember, and places that could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import ValidationError

from memsvc.wire import NewItem, NewSession
from memsvc.wire.wording import wording

__all__ = ["Entry", "Place", "Refused", "entry_of", "refused"]


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where in the file, as the unit (a line, a question) and what is in it."""

    place: str

    @property
    def unit(self) -> str:
        return self.place.partition(", ")[0]


@dataclass(frozen=True, slots=True)
class Entry(_Placed):
    """Something to remember; `namespace` None means the one that the command names."""

    payload: NewSession | NewItem
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Refused(_Placed):
    """A place in the file that cannot be taken, and what is wrong there."""

    code: str
    detail: str


Place: TypeAlias = Entry | Refused


def entry_of(
    kind: type[NewSession] | type[NewItem],
    fields: Mapping[str, Any],
    place: str,
    *,
    namespace: str | None = None,
) -> Place:
    """Return the entry, or the refusal that names each wrong field."""
    try:
        return Entry(place, kind.model_validate(fields), namespace)
    except ValidationError as error:
        return refused(place, error)


def refused(place: str, error: ValidationError) -> Refused:
    wrong = error.errors(include_input=False, include_url=False)
    parts = (f"{'.'.join(map(str, each['loc'])) or 'the line'}: {wording(each)}" for each in wrong)
    return Refused(place, "invalid-input", "; ".join(parts))
