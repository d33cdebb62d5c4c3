"""The bulk build of an index: heads, closure, page limit, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from memsvc_stores.vectors.spann.closure import assign
from memsvc_stores.vectors.spann.format import HEADS, POSTINGS
from memsvc_stores.vectors.spann.graph import HeadGraph
from memsvc_stores.vectors.spann.heads import choose_heads
from memsvc_stores.vectors.spann.options import SpannOptions
from memsvc_stores.vectors.spann.postings import Posting, limited, numbered
from memsvc_stores.vectors.spann.records import Records
from memsvc_stores.vectors.spann.source import Ids, Vectors, checked_source, take
from memsvc_stores.vectors.spann.writing import Lists, replace_file, write_postings

__all__ = ["build_spann"]


def build_spann(directory: Path, vectors: Vectors, options: SpannOptions) -> None:
    """Write the index of vectors (n, d) of length 1 into a directory; row numbers are the ids.

    Equal vectors and options give equal files. An index that is there already is replaced; a crash between its
    two files leaves one that is found to be damaged. Raises ValueError on vectors of another length.
    """
    greatest = checked_source(vectors)
    records = Records.fitting(vectors.shape[1], storage=options.storage, greatest=greatest)
    heads, owned = _postings(vectors, records, options)
    graph = HeadGraph.over(take(vectors, heads), options).to_bytes()
    lists = Lists.of(heads, owned)
    directory.mkdir(parents=True, exist_ok=True)
    replace_file(directory / HEADS, lambda file: file.write(graph.data))
    replace_file(
        directory / POSTINGS,
        lambda file: write_postings(file, vectors, records=records, lists=lists, graph=graph),
    )


def _postings(vectors: Vectors, records: Records, options: SpannOptions) -> tuple[Ids, list[list[Ids]]]:
    heads = choose_heads(vectors, options)
    rows = take(vectors, heads)
    members = assign(vectors, HeadGraph.over(rows, options), rows, options)
    first = [Posting(int(head), np.asarray(ids, np.int64)) for head, ids in zip(heads, members, strict=True)]
    limit = options.posting_records(records.record_bytes)
    return numbered(vectors, limited(vectors, first, limit=limit, options=options))
