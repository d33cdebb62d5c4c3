from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.redteam.corpora.corpus import Corpus, CorpusKind
from memsvc_evals.redteam.corpora.reading import read_corpus
from memsvc_evals.redteam.corpora.splits import Sizes, split_questions

LOCOMO = [
    {
        "qa": [
            {"question": "Where does Ann live?", "answer": "Bern", "evidence": ["D1:2"], "category": 4},
            {"question": "What did Bob never say?", "evidence": ["D1:1"], "category": 5},
            {"question": "Who is it?", "answer": "Bob", "evidence": [], "category": 4},
        ],
        "conversation": {
            "session_1_date_time": "1:56 pm on 8 May, 2023",
            "session_1": [
                {"speaker": "Bob", "dia_id": "D1:1", "text": "Hello Ann."},
                {"speaker": "Ann", "dia_id": "D1:2", "text": "I live in Bern."},
            ],
        },
        "sample_id": "conv-1",
    }
]


def stored(number: int, term: str) -> dict[str, Any]:
    return {
        "qid": f"q{number}",
        "term": term,
        "question": f"Is {term} {number}? ",
        "answer": True,
        "facts": ["Yes."],
    }


def test_a_dialogue_has_a_note_per_turn_and_the_questions_that_turns_answer(
    write_json: Callable[[str, Any], Path],
) -> None:
    corpus = read_corpus(write_json("talk.dev.json", LOCOMO), seed=0)

    assert (corpus.name, corpus.kind) == ("talk", CorpusKind.DIALOGUE)
    assert [note.key for note in corpus.notes] == ["Bob: Hello Ann.", "Ann: I live in Bern."]
    assert [(question.text, question.gold, question.term) for question in corpus.questions] == [
        ("Where does Ann live?", ("conv-1/D1:2",), "Ann")
    ]


def test_a_keyed_memory_stores_questions_and_is_asked_others(write_json: Callable[[str, Any], Path]) -> None:
    items = [stored(i, "Rome" if i % 2 else "Oslo") for i in range(40)]

    corpus = read_corpus(write_json("strategy.json", items), seed=0)

    assert corpus.kind is CorpusKind.KEYED
    assert (len(corpus.notes), len(corpus.questions)) == (30, 10)
    assert not {note.key for note in corpus.notes} & {question.text for question in corpus.questions}
    by_id = {note.id: note for note in corpus.notes}
    assert all(question.term in by_id[gold].key for question in corpus.questions for gold in question.gold)


def test_a_keyed_note_is_a_round_whose_reply_holds_the_answer(write_json: Callable[[str, Any], Path]) -> None:
    corpus = read_corpus(write_json("strategy.json", [stored(i, "Rome") for i in range(8)]), seed=0)

    assert [turn.role for turn in corpus.notes[0].turns] == ["user", "assistant"]
    assert corpus.notes[0].turns[1].content == "Yes. So the answer is yes."


def test_haystacks_are_sampled_with_what_answers_the_questions(three_file: Path) -> None:
    corpus = read_corpus(three_file, seed=0, limit=12)

    known = {note.id for note in corpus.notes}
    assert len(known) == len(corpus.notes) <= 12
    assert corpus.questions
    assert all(gold in known for question in corpus.questions for gold in question.gold)


def test_the_sample_of_a_haystack_is_that_of_its_seed(three_file: Path) -> None:
    first, again, other = (read_corpus(three_file, seed=seed, limit=10) for seed in (0, 0, 1))

    assert first == again
    assert first.digest != other.digest


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"hello": 1}, "is no file of LoCoMo"),
        ([{"qid": "a", "question": "", "term": "x"}], "item 0: question"),
        ([{"qid": "a", "question": "b", "term": "x", "facts": "no"}], "item 0: facts"),
    ],
)
def test_a_file_of_another_kind_is_refused(write_json: Callable[[str, Any], Path], data: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_corpus(write_json("other.json", data), seed=0)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"cannot read .*nothing\.json"):
        read_corpus(tmp_path / "nothing.json", seed=0)


def test_the_parts_share_no_question(corpus: Corpus) -> None:
    parts = split_questions(corpus, seed=3, sizes=Sizes(learning=10, poison=8, canary=8, victim=20))

    texts = [
        question.text for part in (parts.learning, parts.poison, parts.canary, parts.victim) for question in part
    ]
    assert len(texts) == len(set(texts)) == 46


def test_a_small_file_gives_each_part_its_share(corpus: Corpus) -> None:
    parts = split_questions(corpus, seed=3, sizes=Sizes(learning=640, poison=240, canary=400, victim=2000))

    counts = [len(part) for part in (parts.learning, parts.poison, parts.canary, parts.victim)]
    assert min(counts) >= 1
    assert max(counts) == counts[3]


def test_too_few_questions_are_refused(corpus: Corpus) -> None:
    few = Corpus("few", corpus.kind, corpus.notes, corpus.questions[:3])

    with pytest.raises(InvalidInput, match="at least 4"):
        split_questions(few, seed=0)
