"""SQLite connections for reads, kept open between them and apart from the pool that writes use.

Taking a connection from the pool and beginning and ending a transaction through SQLAlchemy costs as much as all
the statements of a small read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from memsvc.errors import Unavailable
from memsvc_stores.sql.backends import Backend
from memsvc_stores.sql.executor import Compiler, Executor

__all__ = ["KeptReaders"]


class KeptReaders:
    """At most `2 * size` reads at the same time, of which `size` connections stay open; safe between threads."""

    def __init__(self, engine: Engine, compiler: Compiler, backend: Backend, *, size: int, timeout: float) -> None:
        """Take an engine without a pool; `timeout` is how many seconds a read waits for others to end."""
        self._engine = engine
        self._compiler = compiler
        self._backend = backend
        self._timeout = timeout
        self._most_idle = size
        self._idle: deque[Connection] = deque()
        self._turns: SimpleQueue[None] = SimpleQueue()
        for _ in range(2 * size):
            self._turns.put(None)

    @contextmanager
    def read(self) -> Iterator[Executor]:
        """Run the block in one snapshot; only a connection on which the database failed is not used again."""
        try:
            self._turns.get(timeout=self._timeout)
        except Empty:
            raise Unavailable(
                "all connections to the database are in use; try again, or raise the pool size"
            ) from None
        try:
            executor = Executor(self._connection(), self._compiler, self._backend)
            try:
                executor.command("BEGIN")
                yield executor
            except DBAPIError:
                executor.connection.invalidate()
                raise
            finally:
                self._end(executor)
        finally:
            self._turns.put(None)

    def close(self) -> None:
        self._most_idle = 0
        while self._idle:
            self._idle.pop().close()

    def _connection(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.connect()

    def _end(self, executor: Executor) -> None:
        connection = executor.connection
        if not connection.invalidated:
            try:
                executor.command("ROLLBACK")
            except DBAPIError:
                connection.invalidate()
                connection.close()
                raise
            if connection.in_transaction():
                connection.rollback()
            if len(self._idle) < self._most_idle:
                self._idle.append(connection)
                return
        connection.close()
