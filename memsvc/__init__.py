"""Long-term memory for LLM agents: the client SDK; the service is `memsvc serve`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memsvc.client import AsyncClient, Client
    from memsvc.errors import MemsvcError

__all__ = ["AsyncClient", "Client", "MemsvcError", "__version__"]
__version__ = "0.1.0"

_HOMES = {"AsyncClient": "memsvc.client", "Client": "memsvc.client", "MemsvcError": "memsvc.errors"}


def __getattr__(name: str) -> object:
    """Import a public name on first use, so that importing a part does not load the rest."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
