"""Which notes are hidden, from an index of these alone.

It is small, while a look into the rows of notes, which hold the contents, costs a page each: reads of thousands of
links would do little else.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Boolean

from memsvc_stores.sql.tables import HIDDEN, HIDDEN_INDEX

__all__ = ["NotHidden", "VisibleAmong"]


class NotHidden(ColumnElement[bool]):
    """`row` is the row of no hidden note of the namespace that is bound."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, row: ColumnElement[Any]) -> None:
        self.row = row

    def self_group(self, against: object = None) -> NotHidden:  # noqa: ARG002
        """Stay as it is, as `Among` does."""
        return self


class VisibleAmong(ColumnElement[bool]):
    """`row` is in the list bound as `name`, without the hidden notes in that list."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, row: ColumnElement[Any], name: str) -> None:
        self.row = row
        self.name = name

    def self_group(self, against: object = None) -> VisibleAmong:  # noqa: ARG002
        """Stay as it is, as `Among` does."""
        return self


@compiles(NotHidden, "sqlite")
@compiles(NotHidden, "postgresql")
def _not_hidden(element: NotHidden, compiler: SQLCompiler, **options: Any) -> str:
    return _without(compiler.process(element.row, **options), compiler, **options)


@compiles(VisibleAmong, "sqlite")
def _visible_json(element: VisibleAmong, compiler: SQLCompiler, **options: Any) -> str:
    row = compiler.process(element.row, **options)
    listed = compiler.process(bindparam(element.name), **options)
    visible = _without("asked.value", compiler, **options)
    return f"{row} IN (SELECT asked.value FROM json_each({listed}) AS asked WHERE {visible})"  # noqa: S608


@compiles(VisibleAmong, "postgresql")
def _visible_array(element: VisibleAmong, compiler: SQLCompiler, **options: Any) -> str:
    row = compiler.process(element.row, **options)
    listed = compiler.process(bindparam(element.name, type_=ARRAY(BigInteger)), **options)
    visible = _without("asked.value", compiler, **options)
    return f"{row} IN (SELECT asked.value FROM unnest({listed}) AS asked (value) WHERE {visible})"  # noqa: S608


def _without(row: str, compiler: SQLCompiler, **options: Any) -> str:
    namespace = compiler.process(bindparam("namespace", type_=BigInteger()), **options)
    index = f" INDEXED BY {HIDDEN_INDEX}" if compiler.dialect.name == "sqlite" else ""
    return (
        f"NOT EXISTS (SELECT 1 FROM notes AS hidden{index} "  # noqa: S608 (constants and compiled parts)
        f"WHERE hidden.namespace_id = {namespace} AND hidden.row = {row} AND hidden.{HIDDEN})"
    )
