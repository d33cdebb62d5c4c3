"""`memsvc serve`: the service in the foreground."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from memsvc.cli import options
from memsvc.cli.configuration import load_settings
from memsvc.cli.output import report
from memsvc.cli.worker import beside

if TYPE_CHECKING:
    from memsvc.settings import Settings

__all__ = ["Host", "Port", "run_service", "serve"]

Host: TypeAlias = Annotated[str | None, typer.Option(help="Address to listen on (default: MEMSVC_HOST).")]
Port: TypeAlias = Annotated[
    int | None, typer.Option(help="Port, 0 for any free one (default: MEMSVC_PORT).", min=0, max=65535)
]


def serve(
    host: Host = None,
    port: Port = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Run the service until SIGTERM or Ctrl-C.

    Without settings it listens on this machine only, needs no key, and keeps everything in ./memsvc-data.
    """
    run_service(load_settings(host=host, port=port, data_dir=data_dir), as_json=json)


def run_service(settings: Settings, *, as_json: bool) -> None:
    """Check, listen, say where, and serve; background jobs run beside it unless a worker of its own does them."""
    from memsvc.api import bind, check_exposure, configure_logging, create_app
    from memsvc.api import serve as serve_app
    from memsvc.app import build

    configure_logging(settings.log_level)
    with build(settings) as app:
        check_exposure(settings, app.storage)
        listener = bind(settings.host, settings.port)
        url = _url(settings.host, listener.getsockname()[1])
        rest = create_app(app.service, app.storage, settings, embedder=app.embedder)
        report(
            {"url": url, "data_dir": str(settings.data_dir.absolute())},
            [f"memsvc listens on {url} (API: {url}/openapi.json, data: {settings.data_dir}); stop it with Ctrl-C"],
            as_json=as_json,
        )
        with beside(app) if settings.worker == "in-process" else nullcontext():
            serve_app(rest, settings, listener=listener)


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
