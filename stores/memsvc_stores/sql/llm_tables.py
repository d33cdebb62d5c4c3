"""Tables of what language models were asked: the ledger of calls, and answers that need not be bought twice."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, PrimaryKeyConstraint, Table

from memsvc_stores.sql.tables import METADATA, ROW, TEXT

__all__ = ["llm_answers", "llm_calls"]

# Numbers only, no text: it outlives an erasure. `cost` is in the currency of the prices that were set.
llm_calls = Table(
    "llm_calls",
    METADATA,
    Column("row", ROW, primary_key=True),
    Column("tenant", TEXT, nullable=False),
    Column("namespace", TEXT, nullable=False),
    Column("day", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("operation", TEXT, nullable=False),
    Column("model", TEXT, nullable=False),
    Column("outcome", TEXT, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("cost", Float(53), nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Index(None, "tenant", "day"),
    Index(None, "day"),
    sqlite_autoincrement=True,
)

# Answers repeat what memories say: a purge in a namespace drops all of its answers.
llm_answers = Table(
    "llm_answers",
    METADATA,
    Column("tenant", TEXT, nullable=False),
    Column("namespace", TEXT, nullable=False),
    Column("prompt_hash", TEXT, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("answer", TEXT, nullable=False),
    PrimaryKeyConstraint("tenant", "namespace", "prompt_hash"),
    Index(None, "at"),
)
