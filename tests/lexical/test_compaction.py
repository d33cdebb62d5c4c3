"""A removed note leaves no byte of its terms in the database's files."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine

from memsvc_stores.lexical import Analyzer, Fts5Lexical
from memsvc_stores.lexical.ddl import SQLITE_DDL

CANARY = "zyxwvcanary"


def _bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_compaction_erases_removed_terms(tmp_path: Path, analyzer: Analyzer) -> None:
    lexical = Fts5Lexical(analyzer)
    engine = create_engine(f"sqlite:///{tmp_path / 'notes.db'}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        for statement in SQLITE_DDL:
            connection.exec_driver_sql(statement)
        for row in range(1, 200):
            text = f"kite{row} flies" + (f" {CANARY}{row}" if row % 2 else "")
            lexical.add(connection, 1, [(row, analyzer.prepare(text, text))])
            connection.commit()
        assert CANARY.encode() in _bytes(tmp_path)
        lexical.remove(connection, 1, range(1, 200, 2))
        lexical.compact(connection)
        connection.commit()
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        left = connection.exec_driver_sql("SELECT count(*) FROM lexical").scalar_one()
    engine.dispose()
    assert (left, CANARY.encode() in _bytes(tmp_path), b"kite2" in _bytes(tmp_path)) == (99, False, True)
