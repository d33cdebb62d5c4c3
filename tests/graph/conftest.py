"""The use cases over every store, with links to make."""

from __future__ import annotations

from tests.policies.conftest import world

__all__ = ["world"]
