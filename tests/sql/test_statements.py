"""What is really sent to the database: every statement names its namespace, and looks up by an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, event

from memsvc.domain.filters import parse_filter
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Note
from memsvc.domain.selection import Selection
from memsvc.ports.derived import Edges
from memsvc_stores.sql import SqlStorage
from memsvc_stores.sql.reader import SqlReader
from memsvc_stores.sql.tables import SCOPED_TABLES
from tests.sql.test_scope import READS, WRITES
from tests.support.drafts import SCOPE, T0, draft, store

_TABLES = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE)\s+\"?({'|'.join(SCOPED_TABLES)})\b")

_SCANS = re.compile(r"SCAN (?!json_each|asked|lexical|\(subquery-|ends|ranked)")
_AUDITED = re.compile(r"audit\.tenant = (\?|%s)[^=?%]* AND audit\.namespace = (\?|%s)")


@dataclass(frozen=True, slots=True)
class Sent:
    sql: str
    parameters: Any


@pytest.fixture
def sent() -> Iterator[list[Sent]]:
    """Record what every engine executes."""
    recorded: list[Sent] = []

    def record(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        recorded.append(Sent(sql, parameters))

    event.listen(Engine, "before_cursor_execute", record)
    yield recorded
    event.remove(Engine, "before_cursor_execute", record)


def _call_everything(storage: SqlStorage) -> None:
    """Call each method of readers and writers on notes of one's own."""
    store(storage, draft("secret plan", session=SessionId("the session"), position=0), draft("other words"))
    with storage.reader(SCOPE) as reader:
        note = reader.page(Selection(), after_row=0, limit=1)[0]
        for call, _ in READS.values():
            call(reader, note)
        reader.vector_delta(1)
        reader.matching_rows(Selection(condition=parse_filter({"field": "metadata.a", "op": "eq", "value": 1})))
    for name, write in WRITES.items():
        _write(storage, name, write, note)


def _write(storage: SqlStorage, name: str, write: Any, note: Note) -> None:
    try:
        with storage.writer(SCOPE) as writer:
            write(writer, note)
    except pytest.fail.Exception:
        assert name in {
            "advance_session",
            "add",
            "change_status",
            "set_metadata",
            "rekey",
            "restore_record",
            "set_attributes",
            "links.put",
            "mentions.put",
            "derivations.add",
            "triples.put",
            "guard.put_original",
            "guard.put_assessments",
            "guard.put_review",
            "guard.withdraw_review",
            "guard.put_shingles",
            "guard.put_scores",
            "buckets.put",
        }


def test_each_statement_binds_the_namespace(storage: SqlStorage, sent: list[Sent]) -> None:
    _call_everything(storage)
    scoped = [statement for statement in sent if _TABLES.search(statement.sql)]
    touched = {table for statement in scoped for table in _TABLES.findall(statement.sql)}
    unscoped = [statement.sql for statement in scoped if not _is_scoped(statement.sql)]
    assert touched == set(SCOPED_TABLES)
    assert unscoped == []


def _is_scoped(sql: str) -> bool:
    """Return whether each scoped table is restricted; the terms of SQLite's `lexical` carry the namespace."""
    if re.match(r"(INSERT INTO|DELETE FROM) lexical\b", sql) and "namespace_id" not in sql:
        return "substr(coalesce" in sql or sql.startswith("INSERT INTO lexical (rowid")
    if re.search(r"\b(FROM|INTO) audit\b", sql):
        return "(tenant, namespace, " in sql or bool(_AUDITED.search(sql))
    if sql.startswith("INSERT INTO"):
        return "namespace_id" in sql
    return bool(re.search(r"namespace_id = (\?|%s)", sql))


def _plan(storage: SqlStorage, statement: Sent) -> str:
    many = isinstance(statement.parameters, list)
    parameters = statement.parameters[0] if many else statement.parameters
    with storage._engines.read.begin() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.sql}", parameters).all()
    return "\n".join(row[3] for row in rows)


def test_no_statement_scans_a_table(sqlite: SqlStorage, sent: list[Sent]) -> None:
    _call_everything(sqlite)
    explained = {s.sql: s for s in sent if s.sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE"))}
    plans = {sql: _plan(sqlite, statement) for sql, statement in explained.items()}
    scans = [sql for sql, plan in plans.items() if _SCANS.search(plan)]
    small = ("SELECT seq FROM sqlite_sequence", "DELETE FROM jobs")
    assert [sql for sql in scans if not sql.startswith(small)] == []


def _around(reader: SqlReader) -> Edges:
    return reader.links.around([1, 2], types=frozenset(LinkType), per_note=1)


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (lambda r: r.notes_by_row([1]), "notes USING INTEGER PRIMARY KEY (rowid=?)"),
        (lambda r: r.notes([NoteId("x")]), "notes USING INDEX sqlite_autoindex_notes_2 (namespace_id=? AND id=?)"),
        (lambda r: r.duplicates(["x"]), "sqlite_autoindex_notes_3 (namespace_id=? AND dedupe=?)"),
        (lambda r: r.history(NoteId("x")), "ix_journal_namespace_id_note_id (namespace_id=? AND note_id=?)"),
        (
            lambda r: r.changes(after_sequence=0, limit=1),
            "journal USING PRIMARY KEY (namespace_id=? AND sequence>?)",
        ),
        (lambda r: r.page(Selection(), after_row=0, limit=1), "(namespace_id=? AND row>?)"),
        (lambda r: r.vector_delta(1), "keys USING PRIMARY KEY (namespace_id=? AND note_row=?)"),
        (_around, "links USING PRIMARY KEY (namespace_id=? AND low_row=?)"),
        (
            _around,
            "USING COVERING INDEX ix_links_namespace_id_high_row_low_row_weight (namespace_id=? AND high_row=?)",
        ),
        (_around, "hidden USING INDEX ix_notes_hidden (namespace_id=? AND row=?"),
        (_around, "(namespace_id=? AND session_row=? AND position>?)"),
        (_around, "(namespace_id=? AND session_row=? AND position<?)"),
        (
            lambda r: r.mentions.holders(["x"], most=1),
            "mentions USING PRIMARY KEY (namespace_id=? AND term=?)",
        ),
        (
            lambda r: r.guard.sharing([1], most=2),
            "held USING PRIMARY KEY (namespace_id=? AND hash=? AND note_row>?)",
        ),
        (
            lambda r: r.guard.sharing([1], most=2, quarantined=True),
            "held_back USING INTEGER PRIMARY KEY (rowid=?)",
        ),
        (
            lambda r: r.guard.scores("lm", "b", limit=2),
            "scores_namespace_id_detector_bucket_note_row_score (namespace_id=? AND detector=? AND bucket=?)",
        ),
        (
            lambda r: r.guard.written_by("x", after_row=0, limit=2),
            "ix_notes_namespace_id_principal_row (namespace_id=? AND principal=? AND row>?)",
        ),
        (
            lambda r: r.guard.quarantined(["x"], "x", most=2),
            "ix_notes_quarantined (namespace_id=? AND dedupe_hash=?)",
        ),
        (
            lambda r: r.guard.written_since("x", T0),
            "COVERING INDEX ix_notes_namespace_id_ingest_time_principal (namespace_id=? AND ingest_time>?)",
        ),
        (
            lambda r: r.guard.waiting(after_row=0, limit=2),
            "notes USING INDEX ix_notes_hidden (namespace_id=? AND row>?)",
        ),
        (
            lambda r: r.guard.waiting(after_row=0, limit=2),
            "assessments USING INDEX ix_assessments_limiting (namespace_id=? AND note_row>?)",
        ),
        (
            lambda r: r.guard.waiting(after_row=0, limit=2),
            "ix_derivations_namespace_id_source_row (namespace_id=? AND source_row=? AND note_row>?)",
        ),
        (lambda r: r.guard.head(), "audit USING PRIMARY KEY (tenant=? AND namespace=?)"),
        (
            lambda r: r.derivations.products([NoteId("x")]),
            "ix_derivations_namespace_id_source_row (namespace_id=? AND source_row=?)",
        ),
    ],
)
def test_hot_reads_look_up_by_the_whole_index(sqlite: SqlStorage, sent: list[Sent], read: Any, index: str) -> None:
    store(sqlite, draft("a"), draft("b"))
    with sqlite.reader(SCOPE) as reader:
        sent.clear()
        read(reader)
    plans = [_plan(sqlite, statement) for statement in list(sent) if statement.sql.startswith("SELECT")]
    assert any(index in plan for plan in plans), plans
