"""What is wrong with index files; the facade turns it into a rebuild from SQL."""

from __future__ import annotations

__all__ = ["Damaged"]


class Damaged(Exception):
    """Stored bytes are not what their checksums, counts or versions say."""
