"""What a client takes from the world besides the network, so that tests can replace it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

__all__ = ["AsyncEffects", "Effects"]


def _new_key() -> str:
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Effects:
    """Waiting (seconds), chance in [0, 1) for the jitter, and fresh idempotency keys and session ids."""

    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    new_key: Callable[[], str] = _new_key


@dataclass(frozen=True, slots=True)
class AsyncEffects:
    """The twin of Effects for AsyncClient."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random
    new_key: Callable[[], str] = _new_key
