"""Which of many words are rare, found by how far each goes in the index of mentions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Boolean

__all__ = ["RareAmong"]


class RareAmong(ColumnElement[bool]):
    """`term` is in the list bound as `terms`, and at most `most` notes of the namespace that is bound mention it.

    Of a common word no more mentions are read than that, where a join or a count would read all.
    """

    inherit_cache = False
    type = Boolean()

    def __init__(self, term: ColumnElement[Any]) -> None:
        self.term = term

    def self_group(self, against: object = None) -> RareAmong:  # noqa: ARG002
        """Stay as it is, as `Among` does."""
        return self


@compiles(RareAmong, "sqlite")
def _of_json(element: RareAmong, compiler: SQLCompiler, **options: Any) -> str:
    return _rare(element, "json_each({}) AS asked", bindparam("terms"), compiler, **options)


@compiles(RareAmong, "postgresql")
def _of_array(element: RareAmong, compiler: SQLCompiler, **options: Any) -> str:
    listed = bindparam("terms", type_=ARRAY(Text()))
    return _rare(element, "unnest({}) AS asked (value)", listed, compiler, **options)


def _rare(element: RareAmong, asked: str, listed: Any, compiler: SQLCompiler, **options: Any) -> str:
    # In the order of their places in the text, by which parameters are bound.
    term = compiler.process(element.term, **options)
    source = asked.format(compiler.process(listed, **options))
    namespace = compiler.process(bindparam("namespace", type_=BigInteger()), **options)
    most = compiler.process(bindparam("most", type_=BigInteger()), **options)
    return (
        f"{term} IN (SELECT asked.value FROM {source} WHERE NOT EXISTS ("  # noqa: S608 (constants, compiled parts)
        f"SELECT 1 FROM mentions AS held WHERE held.namespace_id = {namespace} AND held.term = asked.value "
        f"ORDER BY held.note_row LIMIT 1 OFFSET {most}))"
    )
