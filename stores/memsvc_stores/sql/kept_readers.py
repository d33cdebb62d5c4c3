"""SQLite connections that stay out of the pool between reads.

Taking a connection from the pool and beginning and ending a transaction through SQLAlchemy costs 80 us, as much
as all the statements of a small read (tools/measure_storage.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from memsvc_stores.sql.backends import Backend
from memsvc_stores.sql.executor import Compiler, Executor

__all__ = ["KeptReaders"]


class KeptReaders:
    """As many connections as there were reads at the same time; safe between threads."""

    def __init__(self, engine: Engine, compiler: Compiler, backend: Backend) -> None:
        self._engine = engine
        self._compiler = compiler
        self._backend = backend
        self._idle: deque[Connection] = deque()

    @contextmanager
    def read(self) -> Iterator[Executor]:
        """Run the block in one snapshot; a connection on which anything failed is not used again."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._engine.connect()
        try:
            executor = Executor(connection, self._compiler, self._backend)
            executor.command("BEGIN")
            yield executor
            executor.command("COMMIT")
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        if connection.in_transaction():
            connection.commit()
        self._idle.append(connection)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()
