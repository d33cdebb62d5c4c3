"""Making what is stored of a namespace searchable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from memsvc.ports.embedding import Model
from memsvc_stores.vectors import hidden
from memsvc_stores.vectors.base import Base
from memsvc_stores.vectors.flat.search import FlatSearch
from memsvc_stores.vectors.forms import FormSearch
from memsvc_stores.vectors.keeping import read_directory
from memsvc_stores.vectors.layout import Stored
from memsvc_stores.vectors.paged.search import Effort, PagedSearch
from memsvc_stores.vectors.rows import StoredRows
from memsvc_stores.vectors.segment import Segment
from memsvc_stores.vectors.snapshot import Snapshot
from memsvc_stores.vectors.times import RowTimes
from memsvc_stores.vectors.tools import Tools

__all__ = ["Care", "fits", "opened_snapshot"]


def fits(stored: Stored, model: Model, codec: str) -> bool:
    """Say whether what is stored is of a model, and coded as this version codes."""
    meta = stored.meta
    return (meta.model_id, meta.dimension, meta.codec) == (model.id, model.dimension, codec)


@dataclass(frozen=True, slots=True)
class Care:
    """How far searches of coded forms look: rows that a flat one scores at least, and what a paged one reads."""

    reranked: int
    effort: Effort


def opened_snapshot(stored: Stored, model: Model, tools: Tools, care: Care) -> Snapshot:
    """Return a namespace as it is stored, with nothing past it; raises Damaged."""
    meta = stored.meta
    search: FormSearch
    if meta.form == "flat":
        # All at once, since each would be waited for.
        for name in ("codes", "notes"):
            array = stored.array(name)
            array.announce(np.arange(array.count * (array.page_bytes // array.item_bytes)))
    if meta.form == "paged":
        search = PagedSearch(stored, tools.codec, scanner=tools.scanner, scorer=tools.scorer, effort=care.effort)
    else:
        search = FlatSearch(
            stored, tools.codec, scanner=tools.scanner, scorer=tools.scorer, reranked=care.reranked
        )
    bits = np.array(stored.extent("hidden"))
    # A flat namespace has few rows, and their notes would be a round of reads of their own.
    rows = StoredRows(stored, meta.dimension, notes_in_ram=meta.form == "flat")
    base = Base(
        stored=stored,
        search=search,
        rows=rows,
        times=RowTimes(rows, meta.rows),
        scorer=tools.scorer,
        directory=read_directory(stored),
        hidden=bits,
        removed=hidden.no_rows(meta.rows),
        gone=0,
        veiled=hidden.count(bits),
    )
    return Snapshot(model, meta.applied, meta.several, base, Segment.empty(meta.dimension))
