from __future__ import annotations

import random
from pathlib import Path

from memsvc_evals.longmemeval.bm25_official import OfficialBm25
from memsvc_evals.longmemeval.corpus import build_corpora
from memsvc_evals.longmemeval.schema import read_questions
from tests.support.needed import needed


def test_rare_word_wins() -> None:
    bm25 = OfficialBm25(["the cat", "the dog", "the bird", "the dog and the bird"])
    assert bm25.ranking("cat")[0] == 0


def test_words_are_split_at_single_spaces_only() -> None:
    bm25 = OfficialBm25(["Cat, sat", "cat sat", "x y", "z w"])
    assert bm25.scores("Cat,")[0] > 0
    assert bm25.scores("Cat,")[1] == 0


def test_word_in_more_than_half_of_the_documents_has_the_floor_of_a_quarter_of_the_mean() -> None:
    bm25 = OfficialBm25(["a b c", "a d e", "a f g"])
    assert (bm25.scores("a") > 0).all()


def test_equals_rank_bm25_bit_for_bit_on_random_texts() -> None:
    rank_bm25 = needed("rank_bm25", extra="test")
    rng = random.Random(3)
    texts = [" ".join(rng.choice("abcdefghij") for _ in range(rng.randint(0, 30))) for _ in range(60)]
    theirs = rank_bm25.BM25Okapi([text.split(" ") for text in texts])
    for query in ("a b c a", "j", "zz", "a  b"):
        assert OfficialBm25(texts).scores(query).tolist() == theirs.get_scores(query.split(" ")).tolist()


def test_equals_rank_bm25_bit_for_bit_on_real_turns(three_file: Path) -> None:
    rank_bm25 = needed("rank_bm25", extra="test")
    for question in read_questions(three_file):
        texts = [document.text for document in build_corpora(question).turns]
        theirs = rank_bm25.BM25Okapi([text.split(" ") for text in texts])
        ours = OfficialBm25(texts)
        assert ours.scores(question.text).tolist() == theirs.get_scores(question.text.split(" ")).tolist()
