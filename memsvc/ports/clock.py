"""Time, injected so that tests decide it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

__all__ = ["Clock"]

Clock: TypeAlias = Callable[[], datetime]
