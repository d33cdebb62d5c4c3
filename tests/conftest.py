"""Fixtures that several suites share."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from memsvc_agents.llm.offline import OFFLINE
from tests.support.postgres import PostgresServer, postgres_server

# A machine that is busy with something else fails no test by it.
settings.register_profile("memsvc", deadline=None)
settings.load_profile("memsvc")


@pytest.fixture(scope="session", autouse=True)
def _no_real_models() -> Iterator[None]:
    """Make calls of real language models impossible, in this process and those that it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(OFFLINE, "1")
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Return the server of this run."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """Return the URL of a migrated, empty database that no other test uses meanwhile."""
    with postgres.migrated() as url:
        yield url


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Undo what a command that was run in this process configured."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
