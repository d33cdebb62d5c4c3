"""`memsvc eval ann-data`: build a dataset folder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from memsvc.errors import InvalidInput
from memsvc_agents.embed.make import EmbedderSpec, embedder_from
from memsvc_evals.ann.data import embedding, growth
from memsvc_evals.ann.data.formats import read_vectors
from memsvc_evals.ann.data.packages import mnist_images, word_vectors
from memsvc_evals.ann.data.texts import conversation_texts
from memsvc_evals.ann.data.vectors import finish, normalised, split, write_rows
from memsvc_evals.ann.dataset import read_dataset
from memsvc_evals.terminal import progress_bar

__all__ = ["DataOptions", "DatasetName", "build_dataset"]


class DatasetName(StrEnum):
    LONGMEMEVAL = "longmemeval"
    WORDS = "words"
    MNIST = "mnist"
    GROWTH = "growth"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class DataOptions:
    """`source` is the file or folder to build from, `model` a sentence-transformers folder (None: the ONNX model).

    `held` counts the held-out notes that become a second set of queries.
    """

    name: DatasetName
    out: Path
    source: Path | None = None
    locomo: Path | None = None
    model: Path | None = None
    vectors: int = 100_000
    queries: int = 1000
    held: int = 500
    seed: int = 7


def build_dataset(options: DataOptions, console: Console) -> None:
    """Write the folder and say what it holds; raises InvalidInput when something needed is missing."""
    options.out.mkdir(parents=True, exist_ok=True)
    match options.name:
        case DatasetName.LONGMEMEVAL:
            _conversations(options)
        case DatasetName.WORDS:
            _held_out(options, word_vectors(), None)
        case DatasetName.MNIST:
            _held_out(options, *mnist_images())
        case DatasetName.GROWTH:
            _growth(options)
        case DatasetName.FILE:
            _held_out(options, *read_vectors(_source(options)))
        case _:
            assert_never(options.name)
    data = read_dataset(options.out)
    rows, dimension = data.vectors.shape
    console.print(f"{options.out}: {rows:,} vectors of {dimension} dimensions, {len(data.queries):,} queries")


def _source(options: DataOptions) -> Path:
    if options.source is None:
        raise InvalidInput(f"{options.name} needs --source")
    return options.source


def _manifest(options: DataOptions, **more: Any) -> dict[str, Any]:
    source = options.source.name if options.source else None
    return {"name": options.name.value, "seed": options.seed, "source": source, **more}


def _conversations(options: DataOptions) -> None:
    texts = conversation_texts(
        _source(options),
        options.locomo,
        notes=options.vectors,
        held=options.held,
        questions=options.queries,
        seed=options.seed,
    )
    kind = EmbedderSpec("sentence-transformers", options.model) if options.model else EmbedderSpec("onnx")
    embedder = embedder_from(kind)
    blocks = -(-len(texts.notes) // embedding.BLOCK)
    with progress_bar("embed", blocks) as step:
        embedding.embed_to(options.out / "x_f16.npy", texts.notes, embedder, step=step)
    finish(
        options.out,
        normalised(embedder.embed(texts.questions)),
        held=normalised(embedder.embed(texts.held)) if texts.held else None,
        manifest=_manifest(options, model=embedder.model.id, texts_sha256=embedding.text_digest(texts.notes)),
    )


def _held_out(options: DataOptions, rows: NDArray[Any], queries: NDArray[Any] | None) -> None:
    """Write vectors with the queries that came with them, or with some of them taken out as queries."""
    if queries is None:
        kept, asked = split(len(rows), options.queries, options.seed)
        queries = rows[asked]
    else:
        kept = np.arange(len(rows))
        queries = queries[
            np.sort(np.random.default_rng(options.seed).permutation(len(queries))[: options.queries])
        ]
    write_rows(options.out / "x_f16.npy", rows[kept[: options.vectors]])
    finish(options.out, normalised(queries), manifest=_manifest(options))


def _growth(options: DataOptions) -> None:
    base = read_dataset(_source(options))
    if options.vectors < len(base.vectors):
        raise InvalidInput(f"--vectors {options.vectors}: there are {len(base.vectors)} to grow from")
    with progress_bar("grow", -(-options.vectors // growth.BLOCK)) as step:
        growth.grow(options.out / "x_f16.npy", base.vectors, options.vectors, seed=options.seed, step=step)
    finish(
        options.out, np.asarray(base.queries[: options.queries]), manifest=_manifest(options, base=base.manifest)
    )
