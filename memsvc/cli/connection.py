"""A client for a command: over REST to a running service, or to the data directory inside this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memsvc.cli.configuration import load_settings
from memsvc.domain.jobs import GUARD_PROBE, GUARD_SCAN

if TYPE_CHECKING:
    from memsvc.app import App
    from memsvc.client import Client

__all__ = ["Connection", "Target", "connected", "in_process", "joined", "opened"]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a command works: at a URL, or on a data directory (None: that of the settings)."""

    url: str | None = None
    api_key: str | None = None
    data_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """A client, and the service itself where it runs in this process."""

    client: Client
    app: App | None


@contextmanager
def opened(data_dir: Path | None) -> Iterator[App]:
    """Open the service of the data directory in this process."""
    from memsvc.app import build

    with build(load_settings(data_dir=data_dir)) as app:
        yield app


@contextmanager
def connected(target: Target, *, namespace: str = "default") -> Iterator[Client]:
    """Yield a client; in this process it works as the local tenant, by the same routes as over REST."""
    with joined(target, namespace=namespace) as connection:
        yield connection.client


@contextmanager
def joined(target: Target, *, namespace: str) -> Iterator[Connection]:
    """Yield a client as `connected` does, with the service behind it if that is in this process."""
    if target.url is not None:
        from memsvc.client import Client

        with Client(target.url, api_key=target.api_key, namespace=namespace) as client:
            yield Connection(client, None)
        return
    with _local(target.data_dir) as app, in_process(app, namespace) as client:
        yield Connection(client, app)
        if app.settings.worker == "in-process":
            _finish_work(app)


@contextmanager
def _local(data_dir: Path | None) -> Iterator[App]:
    from memsvc.api import configure_logging
    from memsvc.app import build

    configure_logging("warning")
    settings = load_settings(data_dir=data_dir)
    with build(settings.model_copy(update={"auth": "off", "host": "127.0.0.1"})) as app:
        yield app


def in_process(app: App, namespace: str) -> Client:
    """Return a client of a service in this process, which works as the local tenant."""
    from memsvc.api import create_app
    from memsvc.client import Client
    from memsvc.client.testing import in_process_transport

    rest = create_app(app.service, app.storage, app.settings)
    return Client(transport=in_process_transport(rest), namespace=namespace, timeout=None, retries=0)


def _finish_work(app: App) -> None:
    """Do the background work that is due, so that it does not wait for the next `memsvc serve`.

    What the guard probes and scans is left to that, or to `memsvc worker`: a note takes a quarter of a second.
    """
    app.runner.only([kind for kind in app.runner.kinds if kind not in (GUARD_PROBE, GUARD_SCAN)]).drain()
