"""Optional libraries: a developer may lack one, CI may not."""

from __future__ import annotations

import importlib
import os
from typing import Any

import pytest

__all__ = ["needed"]


def needed(module: str, *, extra: str) -> Any:
    """Return the module; without it skip the test and say which extra brings it, but fail in CI."""
    try:
        return importlib.import_module(module)
    except ImportError:
        message = f"needs {module}: pip install 'memsvc[{extra}]'"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
