"""What the guard keeps, in SQL: one module per table."""

from memsvc_stores.sql.guard.reading import SqlReadGuard
from memsvc_stores.sql.guard.writing import SqlGuard

__all__ = ["SqlGuard", "SqlReadGuard"]
