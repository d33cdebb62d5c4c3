"""`among`: membership in a list that is one bound parameter, so that the statement's text stays the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Boolean, Integer

__all__ = ["Among", "ByteLength", "among"]


class Among(ColumnElement[bool]):
    """`column IN (the list bound as name)`; the Executor's backend encodes the list."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.name = name

    def self_group(self, against: object = None) -> Among:  # noqa: ARG002
        """Stay as it is: SQLAlchemy would add `= 1` for SQLite, which then uses no index."""
        return self


def among(column: ColumnElement[Any], name: str) -> Among:
    return Among(column, name)


@compiles(Among, "sqlite")
def _json_each(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    array = compiler.process(bindparam(element.name), **options)
    return f"{column} IN (SELECT value FROM json_each({array}))"  # noqa: S608 (compiled parts only)


@compiles(Among, "postgresql")
def _any(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    array = bindparam(element.name, type_=ARRAY(element.column.type))
    return f"{column} = ANY ({compiler.process(array, **options)})"


class ByteLength(ColumnElement[int]):
    """The length of a text column in bytes of UTF-8."""

    inherit_cache = False
    type = Integer()

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column = column


@compiles(ByteLength, "sqlite")
def _of_blob(element: ByteLength, compiler: SQLCompiler, **options: Any) -> str:
    return f"length(CAST({compiler.process(element.column, **options)} AS BLOB))"


@compiles(ByteLength, "postgresql")
def _octets(element: ByteLength, compiler: SQLCompiler, **options: Any) -> str:
    return f"octet_length({compiler.process(element.column, **options)})"
