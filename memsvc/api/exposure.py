"""Whom the server is open to: it listens beyond loopback only when keys keep it."""

from __future__ import annotations

import ipaddress

from memsvc.errors import InvalidInput
from memsvc.ports.storage import Storage
from memsvc.settings import Settings

__all__ = ["check_exposure", "host_of", "is_loopback"]


def is_loopback(host: str) -> bool:
    """Return whether a host name or address can only mean this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(header: str) -> str:
    """Return the host of a Host header, without its port and brackets."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.rpartition(":")[0] if header.count(":") == 1 else header


def check_exposure(settings: Settings, storage: Storage) -> None:
    """Raise InvalidInput when others could reach the server without a key."""
    if is_loopback(settings.host):
        return
    if settings.auth == "off":
        raise InvalidInput(
            f"refusing to listen on {settings.host} with authentication off: others could read every memory. "
            "Set MEMSVC_AUTH=keys, or MEMSVC_HOST=127.0.0.1"
        )
    if all(key.revoked_at is not None for key in storage.api_keys.list(None)):
        raise InvalidInput(
            f"refusing to listen on {settings.host}: there is no API key yet. "
            "Make one with `memsvc keys create`, or set MEMSVC_HOST=127.0.0.1"
        )
