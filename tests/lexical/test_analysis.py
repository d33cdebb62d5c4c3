from __future__ import annotations

import pytest

from memsvc_stores.lexical import Analyzer, LexicalDocument

GOLDEN = {
    "The user's dogs are RUNNING": ["user", "dog", "run"],
    "the dog’s bowl, O'Brien's don't": ["dog", "bowl", "obrien"],
    "$50 for 3 e-mails $ '": ["$50", "3", "e", "mail"],
    "Café Straße naïve ﬁne İstanbul": ["cafe", "strass", "naiv", "fine", "istanbul"],
    "cafe\u0301 ＡＢＣ x²": ["cafe", "abc", "x2"],
    "東京に": ["東", "京", "東京", "京に"],
    "猫": ["猫"],
    "iPhone手机": ["iphon", "手", "机", "手机"],
    "Привет, ёлки": ["привет", "елки"],
    "한국어 단어": ["한국어", "단어"],
    "हिन्दी भाषा": ["हिन्दी", "भाषा"],
    "soft\u00adware zero\u200bwidth": ["softwar", "zerowidth"],
    "a_b\x00c \ud800 NEAR(x*)": ["b", "c", "near", "x"],
    "": [],
    "the of 's ' $$": [],
}


@pytest.mark.parametrize("text", GOLDEN)
def test_golden_terms(analyzer: Analyzer, text: str) -> None:
    assert analyzer.analyse(text) == GOLDEN[text]


def test_long_words_keep_their_identity_in_48_characters(analyzer: Analyzer) -> None:
    one, other = analyzer.analyse("x" * 100 + " " + "x" * 99 + "y")
    assert (len(one), len(other), one == other) == (48, 48, False)


def test_a_document_keeps_fields_apart_and_repetitions(analyzer: Analyzer) -> None:
    expected = LexicalDocument(("cat", "cat", "dog"), ("bird",))
    assert analyzer.prepare("Cats, a cat and a dog", "the birds") == expected


def test_a_term_is_kept_255_times_per_field(analyzer: Analyzer) -> None:
    document = analyzer.prepare("cat " * 300 + "dog", "cat " * 256)
    assert (len(document.user_terms), len(document.other_terms)) == (256, 255)


def test_distinct_terms_fit_into_a_tsvector(analyzer: Analyzer) -> None:
    document = analyzer.prepare(" ".join(f"é{number}я" for number in range(50_000)), "")
    assert sum(len(term.encode()) + 24 for term in document.user_terms) <= 800_000


def test_another_analyzer_gives_the_same_terms(analyzer: Analyzer) -> None:
    text = "Generalisations about 12 naïve programmers’ relational databases"
    assert Analyzer().analyse(text) == analyzer.analyse(text)
