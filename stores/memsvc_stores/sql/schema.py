"""Migrations, run from Python: there is no alembic.ini."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

import memsvc
from memsvc.errors import Unavailable
from memsvc_stores.sql.engine import Engines, open_engines
from memsvc_stores.sql.faults import faults

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["HEAD", "check", "current", "downgrade", "migrate", "migrations_path", "revision_of", "upgrade"]

HEAD = "0004"
_ADVISORY_LOCK = 0x6D656D737663
_TIMEOUT = 60.0


def migrations_path() -> Path:
    """Return the folder of the migration scripts: inside the installed package, or the checkout's."""
    package = Path(memsvc.__file__).parent
    installed = package / "_migrations"
    return installed if installed.is_dir() else package.parent / "migrations"


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def check(connection: Connection) -> None:
    """Raise Unavailable unless the schema is the one that this version works with."""
    revision = revision_of(connection)
    if revision != HEAD:
        raise Unavailable(f"the database has the schema {revision}, not {HEAD}; run `memsvc db upgrade`")


def migrate(engines: Engines, revision: str = HEAD, *, down: bool = False) -> None:
    """Bring the schema to a revision in one transaction; others who try it at the same time wait."""
    from alembic import command

    with engines.write.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_ADVISORY_LOCK,))
        (command.downgrade if down else command.upgrade)(_config(connection), revision)
    engines.write.dispose()  # SQLite reads the planner's statistics when it opens the schema


def upgrade(url: str) -> None:
    """Bring a database to the newest schema."""
    _run(url, HEAD, down=False)


def downgrade(url: str, revision: str) -> None:
    """Bring a database back to an older schema; `base` removes every table with what is in it."""
    _run(url, revision, down=True)


def current(url: str) -> str | None:
    """Return the revision of a database; None when it is empty."""
    engines = open_engines(url, timeout=_TIMEOUT, pool_size=1)
    try:
        with faults(), engines.read.begin() as connection:
            return revision_of(connection)
    finally:
        engines.read.dispose()


def _run(url: str, revision: str, *, down: bool) -> None:
    engines = open_engines(url, timeout=_TIMEOUT, pool_size=1)
    try:
        with faults():
            migrate(engines, revision, down=down)
    finally:
        engines.read.dispose()


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_path()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
