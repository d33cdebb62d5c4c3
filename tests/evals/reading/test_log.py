"""Retrieval logs read back, and what of them is shown to a reader."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.answering.log import LoggedQuestion, Place, read_log
from memsvc_evals.longmemeval.answering.values import evidence_is_in, items_of
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache
from memsvc_evals.longmemeval.expansion.options import Expansion
from memsvc_evals.longmemeval.question import Question

MakeQuestion = Callable[..., Question]
LogLine = Callable[..., str]

FILLER = ("ab12", [("user", "filler one", None), ("assistant", "reply one", None)])
SECOND_FILLER = ("ab12_1", [("user", "filler two", None), ("assistant", "reply two", None)])
EVIDENCE = (
    "answer_aa_1",
    [
        ("user", "hello", False),
        ("assistant", "hi", False),
        ("user", "my cat is Tom", True),
        ("assistant", "nice", False),
    ],
)


@pytest.fixture
def logged(make_question: MakeQuestion, log_line: LogLine, tmp_path: Path) -> Callable[..., LoggedQuestion]:
    def read(level: str, order: list[int] | None = None, sessions: list[object] | None = None) -> LoggedQuestion:
        question = make_question(sessions or [FILLER, SECOND_FILLER, EVIDENCE])
        path = tmp_path / "log"
        path.write_text(log_line(question, level, order), encoding="utf-8")
        (found,) = read_log(path)
        return found

    return read


def test_sessions_are_found_by_their_ids(logged: Callable[..., LoggedQuestion]) -> None:
    assert logged("session", [2, 0, 1]).places == (Place(2), Place(0), Place(1))


def test_turns_are_found_though_a_session_has_the_id_of_a_turn(logged: Callable[..., LoggedQuestion]) -> None:
    found = logged("turn", [0, 1, 3, 2])
    assert found.ids == ("ab12_1", "ab12_1_1", "answer_aa_1_3", "noans_aa_1_1")
    assert found.places == (Place(0, 0), Place(1, 0), Place(2, 2), Place(2, 0))


def test_an_unlabelled_session_of_evidence_is_found(logged: Callable[..., LoggedQuestion]) -> None:
    assistant_side = ("answer_bb_1", [("user", "list them", False), ("assistant", "a, b", True)])
    found = logged("session", [1, 0], [FILLER, assistant_side])
    assert (found.ids[0], found.places[0]) == ("noans_bb_1", Place(1))


def test_an_id_that_ranks_again_is_read_once(
    make_question: MakeQuestion, log_line: LogLine, tmp_path: Path
) -> None:
    question = make_question([FILLER, EVIDENCE])
    item = {"text": "fact", "timestamp": "2023/05/20 (Sat) 02:21"}
    items = [item | {"corpus_id": name} for name in ("noans_aa_1_1", "answer_aa_1_1", "ab12_1")]
    (tmp_path / "log").write_text(log_line(question, "turn", ranked_items=items), encoding="utf-8")
    (found,) = read_log(tmp_path / "log")
    assert found.ids == ("noans_aa_1_1", "ab12_1")


def test_a_repeated_session_has_the_date_that_was_ranked(
    make_question: MakeQuestion, log_line: LogLine, tmp_path: Path
) -> None:
    dates = ["2023/05/20 (Sat) 02:21", "2023/05/25 (Thu) 09:00"]
    question = make_question([FILLER, FILLER], haystack_dates=dates)
    (tmp_path / "log").write_text(log_line(question, "session", [1, 0]), encoding="utf-8")
    (found,) = read_log(tmp_path / "log")
    assert [item.date for item in items_of(found, 10)] == [dates[1]]


def test_a_turn_is_read_as_its_round_without_labels(logged: Callable[..., LoggedQuestion]) -> None:
    (item,) = items_of(logged("turn", [3, 0, 1, 2]), 1)
    assert [(turn.role, turn.content) for turn in item.turns] == [("user", "my cat is Tom"), ("assistant", "nice")]
    assert (item.position, item.rank) == (2, 0)
    assert "answer" not in item.session


def test_a_session_is_read_whole(logged: Callable[..., LoggedQuestion]) -> None:
    assert len(items_of(logged("session", [2, 0, 1]), 1)[0].turns) == 4


def test_facts_come_from_the_cache_by_the_unlabelled_id(logged: Callable[..., LoggedQuestion]) -> None:
    cache = ExpansionCache(Expansion.TURN_USERFACT, {"aa_1_3": ("User has a cat.",)})
    first, second = items_of(logged("turn", [3, 0, 1, 2]), 2, cache)
    assert (first.facts, second.facts) == (("User has a cat.",), ())


@pytest.mark.parametrize(
    ("level", "kind"), [("turn", Expansion.SESSION_USERFACT), ("session", Expansion.TURN_USERFACT)]
)
def test_facts_of_another_level_than_the_log_are_refused(
    logged: Callable[..., LoggedQuestion], level: str, kind: Expansion
) -> None:
    with pytest.raises(InvalidInput, match=f"the log ranks {level}s, and {kind} has facts of"):
        items_of(logged(level), 2, ExpansionCache(kind, {}))


@pytest.mark.parametrize(
    ("level", "ranks", "read"),
    [("session", [0], True), ("session", [1, 2], False), ("turn", [0], True), ("turn", [1, 2, 3], False)],
)
def test_evidence_is_read_when_every_labelled_turn_is(
    logged: Callable[..., LoggedQuestion], level: str, ranks: list[int], read: bool
) -> None:
    order = [2, 0, 1] if level == "session" else [3, 0, 1, 2]
    assert evidence_is_in(logged(level, order), dict.fromkeys(ranks)) is read


@pytest.mark.parametrize(("whole", "read"), [(3, True), (2, False)])
def test_a_turn_that_was_cut_off_is_not_read(
    logged: Callable[..., LoggedQuestion], whole: int, read: bool
) -> None:
    assert evidence_is_in(logged("session", [2, 0, 1]), {0: whole}) is read


def test_evidence_that_the_assistant_said_counts(logged: Callable[..., LoggedQuestion]) -> None:
    assistant_side = ("answer_bb_1", [("user", "list them", False), ("assistant", "a, b", True)])
    assert evidence_is_in(logged("turn", [1, 0], [FILLER, assistant_side]), {0: None}) is True


def test_without_labelled_turns_the_sessions_of_the_answer_count(logged: Callable[..., LoggedQuestion]) -> None:
    unlabelled = ("answer_cc_1", [("user", "hello", None)])
    found = logged("session", [1, 0], [FILLER, unlabelled])
    assert (evidence_is_in(found, {0: None}), evidence_is_in(found, {1: None})) == (True, False)


def test_an_abstention_question_has_neither_hit_nor_miss(
    make_question: MakeQuestion, log_line: LogLine, tmp_path: Path
) -> None:
    question = make_question([FILLER, EVIDENCE], question_id="q1_abs")
    (tmp_path / "log").write_text(log_line(question, "session"), encoding="utf-8")
    assert evidence_is_in(next(read_log(tmp_path / "log")), {0: None, 1: None}) is None


def spoil(line: str, **fields: object) -> str:
    return json.dumps(json.loads(line) | fields) + "\n"


@pytest.mark.parametrize(
    ("spoiled", "message"),
    [
        (lambda line: "", "holds no questions"),
        (lambda line: line[:90], "line 1: not valid JSON"),
        (lambda line: "[]\n", "line 1: must be an object"),
        (lambda line: line + line, "line 2: question_id: 'q1' was there before"),
        (lambda line: spoil(line, question_date="soon"), "question_date: 'soon' is no date"),
        (lambda line: spoil(line, retrieval_results=None), "ranked_items: is missing"),
        (
            lambda line: spoil(line, retrieval_results={"ranked_items": [{"corpus_id": 3}]}),
            r"ranked_items\[0\]: must have",
        ),
        (
            lambda line: spoil(
                line, retrieval_results={"ranked_items": [{"corpus_id": "gone_9", "timestamp": "x"}]}
            ),
            "'gone_9' is in no place",
        ),
        (
            lambda line: spoil(
                line, retrieval_results={"ranked_items": [{"corpus_id": "answer_aa_1_9", "timestamp": "x"}]}
            ),
            "'answer_aa_1_9' is in no place",
        ),
    ],
    ids=["empty", "cut off", "list", "twice", "date", "no results", "no id", "other session", "no such turn"],
)
def test_a_bad_log_is_named_by_line_and_field(
    make_question: MakeQuestion,
    log_line: LogLine,
    tmp_path: Path,
    spoiled: Callable[[str], str],
    message: str,
) -> None:
    line = log_line(make_question([FILLER, EVIDENCE]), "turn")
    (tmp_path / "log").write_text(spoiled(line), encoding="utf-8")
    with pytest.raises(InvalidInput, match=message):
        list(read_log(tmp_path / "log"))


def test_a_missing_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot read"):
        list(read_log(tmp_path / "gone"))
