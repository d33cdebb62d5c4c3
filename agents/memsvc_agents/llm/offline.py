"""The switch that makes calls of real models impossible: MEMSVC_LLM__OFFLINE, which the test suite sets.

It is read whenever an adapter is made, so that it also holds for one that is made past the settings.
"""

from __future__ import annotations

import ipaddress
import os

from memsvc.errors import LlmRefused

__all__ = ["OFFLINE", "is_loopback", "refuse_local_model", "refuse_remote_host"]

OFFLINE = "MEMSVC_LLM__OFFLINE"
_OFF = frozenset({"", "0", "false", "off", "no", "n", "f"})


def refuse_remote_host(host: str, *, offline: bool = False) -> None:
    """Raise LlmRefused when the switch (or `offline`) is set, unless the host can only mean this machine."""
    if (offline or _is_set()) and not is_loopback(host):
        raise LlmRefused(f"no connection to a model at {host}: {OFFLINE} is set, which allows loopback only")


def refuse_local_model(kind: str, *, offline: bool = False) -> None:
    """Raise LlmRefused when the switch (or `offline`) is set: no model is loaded then."""
    if offline or _is_set():
        raise LlmRefused(f"no {kind} model is loaded: {OFFLINE} is set")


def _is_set() -> bool:
    return os.environ.get(OFFLINE, "").strip().lower() not in _OFF


def is_loopback(host: str) -> bool:
    """Return whether the host can only mean this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
