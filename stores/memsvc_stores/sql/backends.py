"""What differs between the two databases, apart from types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from memsvc.domain.notes import Json
from memsvc_stores.lexical import Fts5Lexical, TsvectorLexical

__all__ = ["Backend", "Lexical", "backend_of"]

Lexical: TypeAlias = Fts5Lexical | TsvectorLexical


@dataclass(frozen=True, slots=True)
class Backend:
    name: Literal["sqlite", "postgresql"]
    placeholder: str
    lexical: Lexical

    @property
    def is_sqlite(self) -> bool:
        return self.name == "sqlite"

    @property
    def among(self) -> str:
        """Return the condition that a column is in a list, which is one parameter; see `many`."""
        listed = f"IN (SELECT value FROM json_each({self.placeholder}))"  # noqa: S608
        return listed if self.is_sqlite else f"= ANY ({self.placeholder})"

    def many(self, values: Iterable[Any]) -> Any:
        """Encode a list for `among`."""
        return json.dumps(list(values)) if self.is_sqlite else list(values)

    def metadata(self, value: Mapping[str, Json]) -> str:
        """Encode an object for a metadata column."""
        if not value:
            return "{}"
        return json.dumps(
            value if self.is_sqlite else _exact(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False
        )


def _exact(value: Json) -> Json:
    """Write whole floats as integers: jsonb keeps decimal digits, and the shortest ones are another number."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(item) for item in value]
    return value


def backend_of(name: str) -> Backend:
    """Return the backend of a SQLAlchemy dialect name."""
    if name == "sqlite":
        return Backend("sqlite", "?", Fts5Lexical())
    return Backend("postgresql", "%s", TsvectorLexical())
