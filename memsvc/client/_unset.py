"""A value that says "not given", so that None keeps its meaning."""

from __future__ import annotations

from enum import Enum
from typing import Final

__all__ = ["UNSET", "Unset"]


class Unset(Enum):
    TOKEN = "unset"


UNSET: Final = Unset.TOKEN
