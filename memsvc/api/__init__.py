"""The REST API."""

from __future__ import annotations

from memsvc.api.app import create_app
from memsvc.api.exposure import check_exposure
from memsvc.api.keys import mint_key
from memsvc.api.logs import configure_logging
from memsvc.api.server import bind, serve

__all__ = ["bind", "check_exposure", "configure_logging", "create_app", "mint_key", "serve"]
