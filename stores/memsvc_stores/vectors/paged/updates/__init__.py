"""Changes of the paged form in place."""

from memsvc_stores.vectors.paged.updates.checks import check_postings
from memsvc_stores.vectors.paged.updates.updater import PagedUpdater

__all__ = ["PagedUpdater", "check_postings"]
