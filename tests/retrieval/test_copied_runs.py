"""What a note has from the question word for word in a row counts little more than the rest of what it has."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.ports.ranking import Ranked
from memsvc_retrieval.copied_runs import RunCap, cap_runs
from memsvc_stores.memory import MemoryStorage
from tests.support.drafts import SCOPE, draft, store

RUN = "when copper herons whistle gravely over seven flooded quarries"
ASKED = f"Where does Ann keep her bicycle {RUN}"
HONEST = "Ann has a bicycle, and she keeps it in the cellar"
PLANTED = f"Where did Bob go {RUN}"
OTHERS = [f"about thing number {number} of many" for number in range(200)]


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


def rows_of(storage: MemoryStorage, *texts: str) -> list[int]:
    return [added.row or 0 for added in store(storage, *(draft(text) for text in texts))]


def ask(storage: MemoryStorage, question: str, cap: RunCap | None = None) -> dict[str, dict[int, float]]:
    with storage.reader(SCOPE) as reader:
        arms = reader.lexical(question, limit=50, allowed=None)
        if cap is not None:
            arms = cap_runs(reader, arms, question, cap)
    return {name: dict(zip(arm.rows.tolist(), arm.scores.tolist(), strict=True)) for name, arm in arms.items()}


@pytest.mark.parametrize("copies", [1, 4])
def test_a_planted_run_lifts_no_note_above_one_that_answers(storage: MemoryStorage, copies: int) -> None:
    honest, *planted = rows_of(storage, HONEST, *(f"{PLANTED} {n}" for n in range(copies)), *OTHERS)[: copies + 1]
    plain, capped = ask(storage, ASKED), ask(storage, ASKED, RunCap())
    for name in ("lexical_user", "lexical_all"):
        assert next(iter(plain[name])) in planted
        assert next(iter(capped[name])) == honest


def test_a_run_adds_as_much_of_the_rest_as_is_said(storage: MemoryStorage) -> None:
    (row,) = rows_of(storage, f"{RUN}, Ann", *OTHERS)[:1]
    question = f"Ann {RUN}"
    rest = ask(storage, "Ann")["lexical_all"][row]
    capped = ask(storage, question, RunCap(share=0.5))["lexical_all"][row]
    assert capped == pytest.approx(1.5 * rest, rel=1e-5)


def test_where_words_are_all_that_is_asked_one_word_of_the_run_counts_too(storage: MemoryStorage) -> None:
    (row,) = rows_of(storage, RUN, HONEST, *OTHERS)[:1]
    with storage.reader(SCOPE) as reader:
        arms = reader.lexical(ASKED, limit=50, allowed=None)
        (whole,) = arms["lexical_all"].scores[arms["lexical_all"].rows == row]
        arm = cap_runs(reader, arms, ASKED, RunCap(), words_only=True)["lexical_all"]
    assert arm.scores[arm.rows == row].tolist() == [pytest.approx(2 * whole / len(RUN.split()), rel=1e-5)]


def test_a_note_with_nothing_but_the_run_is_not_found_by_it(storage: MemoryStorage) -> None:
    planted, honest = rows_of(storage, RUN, HONEST, *OTHERS)[:2]
    capped = ask(storage, ASKED, RunCap())["lexical_all"]
    assert planted not in capped
    assert honest in capped


def test_a_run_is_asked_for_its_own_sake_where_no_note_has_anything_else(storage: MemoryStorage) -> None:
    rows_of(storage, RUN, *OTHERS)
    asked = f"Who wrote {RUN}"
    assert ask(storage, asked, RunCap()) == ask(storage, asked)


@pytest.mark.parametrize(
    "text", ["copper herons whistle, quarries", "when copper herons whistle under seven flooded quarries"]
)
def test_words_that_stand_apart_count_in_full(storage: MemoryStorage, text: str) -> None:
    rows_of(storage, text, HONEST, *OTHERS)
    assert ask(storage, ASKED, RunCap()) == ask(storage, ASKED)


def test_signs_and_case_between_the_words_do_not_matter(storage: MemoryStorage) -> None:
    (row,) = rows_of(storage, "When COPPER herons -- whistle\ngravely: over seven!", HONEST, *OTHERS)[:1]
    assert ask(storage, ASKED, RunCap())["lexical_all"].get(row, 0) < ask(storage, ASKED)["lexical_all"][row]


def test_a_question_that_is_all_in_the_note_is_asked_for_its_own_sake(storage: MemoryStorage) -> None:
    rows_of(storage, f"He said: {RUN}. So it was.", HONEST, *OTHERS)
    assert ask(storage, RUN, RunCap()) == ask(storage, RUN)


def test_several_runs_are_capped_each_by_its_own_rest(storage: MemoryStorage) -> None:
    parts = [f"one{n} two{n} three{n} four{n} five{n}" for n in range(6)]
    rows = rows_of(storage, *parts, *OTHERS)[:6]
    question = f"Ann and {' and '.join(parts)}"
    plain, capped = ask(storage, question)["lexical_all"], ask(storage, question, RunCap(runs=2))["lexical_all"]
    assert all(capped.get(row, 0) < plain[row] for row in rows)


def test_more_words_never_lower_the_order_into_disorder(storage: MemoryStorage) -> None:
    rows_of(storage, HONEST, *(f"{PLANTED} {n}" for n in range(5)), *OTHERS)
    with storage.reader(SCOPE) as reader:
        arms = cap_runs(reader, reader.lexical(ASKED, limit=50, allowed=None), ASKED, RunCap())
    for arm in arms.values():
        assert (np.diff(arm.scores) <= 0).all()
        assert len(set(arm.rows.tolist())) == len(arm.rows)


def test_other_arms_stay_as_they_are(storage: MemoryStorage) -> None:
    (row,) = rows_of(storage, PLANTED, *OTHERS)[:1]
    dense = Ranked(np.array([row], np.int64), np.array([0.5], np.float32))
    with storage.reader(SCOPE) as reader:
        assert cap_runs(reader, {"dense": dense}, ASKED, RunCap()) == {"dense": dense}
