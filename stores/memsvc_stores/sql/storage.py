"""The store over SQLAlchemy: SQLite or PostgreSQL, by URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from memsvc.domain.scope import Scope
from memsvc.errors import StorageBusy, Unavailable
from memsvc_stores.lsh.kept import KeptProjections
from memsvc_stores.sql import responses, schema
from memsvc_stores.sql.api_keys import SqlApiKeys
from memsvc_stores.sql.backends import backend_of
from memsvc_stores.sql.compacting import compact
from memsvc_stores.sql.directory import SqlDirectory
from memsvc_stores.sql.engine import Engines, open_engines
from memsvc_stores.sql.executor import Compiler, Executor
from memsvc_stores.sql.faults import faults
from memsvc_stores.sql.jobs import SqlJobs
from memsvc_stores.sql.kept_readers import KeptReaders
from memsvc_stores.sql.llm_ledger import SqlLlmLedger
from memsvc_stores.sql.namespace import read_namespace
from memsvc_stores.sql.reader import SqlReader
from memsvc_stores.sql.writer import SqlWriter

__all__ = ["SqlStorage", "open_storage"]


def open_storage(
    url: str,
    *,
    timeout: float = 5.0,
    pool_size: int = 8,
    create: bool = True,
) -> SqlStorage:
    """Open a database, `sqlite:////path/memsvc.db` or `postgresql+psycopg://user@host/database`.

    With `create` it is brought to the newest schema first. `timeout` is how many seconds a write waits for
    another process, and a thread for a free connection. Raises InvalidInput for another URL, and what the
    database's state asks for: Unavailable, StorageBusy, StorageFull, StorageReadOnly.
    """
    engines = open_engines(url, timeout=timeout, pool_size=pool_size)
    storage = SqlStorage(engines, timeout=timeout, pool_size=pool_size)
    try:
        if create:
            storage.create()
    except BaseException:
        storage.close()
        raise
    return storage


class SqlStorage:
    """A pool of connections to one database; made by `open_storage`."""

    def __init__(self, engines: Engines, *, timeout: float, pool_size: int) -> None:
        self._engines = engines
        self._timeout = timeout
        self._compiler = Compiler(engines.read.dialect)
        self._backend = backend_of(engines.read.dialect.name)
        self._kept = KeptReaders(engines.unpooled, self._compiler, self._backend, size=pool_size, timeout=timeout)
        self._projections = KeptProjections()
        self._writing = Lock()
        self._closed = False
        self._jobs = SqlJobs(self._read, self._write)
        self._api_keys = SqlApiKeys(self._read, self._write)
        self._directory = SqlDirectory(self._read)
        self._llm_ledger = SqlLlmLedger(self._read, self._write)

    @property
    def jobs(self) -> SqlJobs:
        return self._jobs

    @property
    def api_keys(self) -> SqlApiKeys:
        return self._api_keys

    @property
    def directory(self) -> SqlDirectory:
        return self._directory

    @property
    def llm_ledger(self) -> SqlLlmLedger:
        return self._llm_ledger

    @contextmanager
    def reader(self, scope: Scope) -> Iterator[SqlReader]:
        with self._read() as executor:
            yield SqlReader(executor, scope, read_namespace(executor, scope, lock=False), self._projections)

    @contextmanager
    def writer(self, scope: Scope) -> Iterator[SqlWriter]:
        with self._write() as executor:
            writer = SqlWriter(executor, scope, read_namespace(executor, scope, lock=True), self._projections)
            yield writer
            writer.flush()

    def create(self) -> None:
        """Bring the database to the newest schema."""
        with faults():
            with self._engines.read.begin() as connection:
                revision = schema.revision_of(connection)
            if revision != schema.HEAD:
                schema.migrate(self._engines)

    def check(self) -> None:
        with self._read() as executor:
            schema.check(executor.connection)

    def prune_responses(self, *, before: datetime) -> int:
        with self._write() as executor:
            return responses.prune(executor, before)

    def compact(self) -> None:
        with self._write() as executor:
            self._backend.lexical.compact(executor.connection)
        with self._turn(), faults(), self._engines.bare.connect() as connection:
            compact(connection, timeout=self._timeout)

    def close(self) -> None:
        self._closed = True
        self._kept.close()
        self._engines.read.dispose()

    @contextmanager
    def _read(self) -> Iterator[Executor]:
        self._check_open()
        if self._backend.is_sqlite:
            with faults(), self._kept.read() as executor:
                yield executor
            return
        with faults(), self._engines.read.begin() as connection:
            yield Executor(connection, self._compiler, self._backend)

    @contextmanager
    def _write(self) -> Iterator[Executor]:
        self._check_open()
        with self._turn(), faults(), self._engines.write.begin() as connection:
            yield Executor(connection, self._compiler, self._backend)

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("the store is closed")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let the threads of this process write to SQLite one after the other: its own waiting is by sleeping."""
        if not self._backend.is_sqlite:
            yield
            return
        if not self._writing.acquire(timeout=self._timeout):
            raise StorageBusy("other writes hold the database longer than the time-out; try again later")
        try:
            yield
        finally:
            self._writing.release()
