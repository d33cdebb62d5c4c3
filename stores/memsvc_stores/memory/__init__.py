"""The whole Storage port in memory: the twin that the fast tests use and that says what SQL must do."""

from memsvc_stores.memory.storage import MemoryStorage

__all__ = ["MemoryStorage"]
