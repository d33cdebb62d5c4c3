"""What an open directory of slabs consists of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from memsvc_stores.vectors.files import storage_errors
from memsvc_stores.vectors.layout import PAGE
from memsvc_stores.vectors.slabs import anew
from memsvc_stores.vectors.slabs.advice import announce_beginnings
from memsvc_stores.vectors.slabs.catalog import CATALOG, Catalog
from memsvc_stores.vectors.slabs.epochs import EPOCHS, Epochs
from memsvc_stores.vectors.slabs.files import Files
from memsvc_stores.vectors.slabs.owners import Owners
from memsvc_stores.vectors.slabs.shelf import Slabs

__all__ = ["Parts", "opened"]

# The tables' roots lie there, and a small catalog as a whole.
_CATALOG_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Parts:
    """`clock` gives seconds since 1970; a lease lasts for `lease_seconds` after its last renewal."""

    directory: Path
    files: Files
    catalog: Catalog
    slabs: Slabs
    epochs: Epochs
    owners: Owners
    clock: Callable[[], float]
    lease_seconds: float

    def close(self) -> None:
        self.owners.close()
        self.slabs.close()
        self.epochs.close()
        self.catalog.close()


def opened(directory: Path, files: Files, *, clock: Callable[[], float], lease_seconds: float) -> Parts:
    """Open a directory, or make it; raises Damaged when what is there is not of this version."""
    with storage_errors(directory):
        files.make_directory(directory)
        announce_beginnings([directory / CATALOG], _CATALOG_BYTES)
        announce_beginnings([directory / EPOCHS, *directory.glob("pages-*.slab")], PAGE)
        anew.finish(directory, files)
        files.create(directory / CATALOG)
        catalog = Catalog(directory, files)
        try:
            catalog.prepare()
            files.create(directory / EPOCHS)
            epochs = Epochs(directory / EPOCHS, files)
        except BaseException:
            catalog.close()
            raise
        slabs, owners = Slabs(directory, files), Owners(directory, files)
        return Parts(directory, files, catalog, slabs, epochs, owners, clock, lease_seconds)
