"""What programs say: the docstrings and messages of Python's standard library (PSF licence)."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

__all__ = ["library_texts"]

_FEWEST_WORDS = 4
_LEFT_OUT = frozenset({"test", "tests", "idlelib", "lib2to3", "site-packages", "turtledemo", "pydoc_data"})


def library_texts() -> list[list[str]]:
    """Return the string constants of at least four words, by module."""
    root = Path(sysconfig.get_path("stdlib"))
    found = []
    for path in sorted(root.rglob("*.py")):
        if _LEFT_OUT.isdisjoint(path.relative_to(root).parts):
            found.append(_constants(path.read_text(encoding="utf-8", errors="replace")))
    return [texts for texts in found if texts]


def _constants(source: str) -> list[str]:
    tree = ast.parse(source)
    texts = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [text for text in texts if len(text.split()) >= _FEWEST_WORDS]
