"""An index per adapter, on databases that the tests start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from memsvc_stores.lexical import Analyzer, Fts5Lexical, TsvectorLexical
from memsvc_stores.lexical.ddl import POSTGRES_DDL, SQLITE_DDL
from tests.support.lexical_index import NOTES_DDL, Index


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    return Analyzer()


@pytest.fixture
def sqlite_connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path / 'notes.db'}")
    with engine.connect() as connection:
        for statement in (NOTES_DDL, *SQLITE_DDL):
            connection.exec_driver_sql(statement)
        yield connection
    engine.dispose()


@pytest.fixture
def postgres_connection(postgres_url: str) -> Iterator[Connection]:
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE SCHEMA lexical_test")
        connection.exec_driver_sql("SET LOCAL search_path TO lexical_test")
        for statement in (NOTES_DDL, *POSTGRES_DDL):
            connection.exec_driver_sql(statement)
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def index(request: pytest.FixtureRequest, analyzer: Analyzer) -> Index:
    if request.param == "memory":
        return Index(analyzer)
    if request.param == "sqlite":
        return Index(analyzer, Fts5Lexical(analyzer), request.getfixturevalue("sqlite_connection"))
    return Index(analyzer, TsvectorLexical(analyzer), request.getfixturevalue("postgres_connection"))
