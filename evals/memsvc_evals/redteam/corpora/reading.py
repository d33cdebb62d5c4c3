"""Read a corpus from a file of LoCoMo, LongMemEval or StrategyQA, told apart by what they hold."""

from __future__ import annotations

from pathlib import Path

from memsvc.errors import InvalidInput
from memsvc_evals.ann.data.sources import plain_file
from memsvc_evals.redteam.corpora.corpus import Corpus
from memsvc_evals.redteam.corpora.from_locomo import locomo_corpus
from memsvc_evals.redteam.corpora.from_longmemeval import longmemeval_corpus
from memsvc_evals.redteam.corpora.from_strategyqa import strategyqa_corpus

__all__ = ["read_corpus"]

# Where each format names its own fields first; a haystack's texts may hold any word, its ids stand before them.
_HEAD = 4096
_MARKS = (
    (b'"question_id"', longmemeval_corpus),
    (b'"haystack_', longmemeval_corpus),
    (b'"qid"', strategyqa_corpus),
    (b'"evidence"', locomo_corpus),
    (b'"conversation"', locomo_corpus),
    (b'"sample_id"', locomo_corpus),
)


def read_corpus(path: Path, *, seed: int, limit: int = 3_000) -> Corpus:
    """Return the corpus of a file, which may be packed by zstd (.zst).

    `limit` bounds the notes: a larger file is sampled by the seed, notes that answer the questions kept first.
    Raises InvalidInput that names the file and what is wrong with it.
    """
    with plain_file(path) as plain:
        head = _head(plain, path)
        for mark, read in _MARKS:
            if mark in head:
                corpus = read(plain, seed=seed, limit=limit)
                break
        else:
            raise InvalidInput(f"{path.name}: is no file of LoCoMo, LongMemEval or StrategyQA (official JSON)")
    if not corpus.questions:
        raise InvalidInput(f"{path.name}: has no question that its notes answer")
    return corpus


def _head(plain: Path, path: Path) -> bytes:
    try:
        with plain.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error
