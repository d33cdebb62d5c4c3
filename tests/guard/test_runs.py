"""A rare run that notes on different things share is found; what recurs for good reasons is not."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.guard.findings import NOTHING_FOUND
from memsvc.guard.model_file import GuardModel

RUN = "velvet turbines harvest the seventh lagoon"
FIRST = f"Did Maria visit the dentist last week? {RUN}"
SECOND = f"What colour is the new garden fence going to be? {RUN}"
FOOTER = "\n--\nTurbine lagoon velvet harvesting, seventh floor"


def test_a_rare_run_in_notes_on_different_things_is_found(guard_model: GuardModel) -> None:
    found = guard_model.runs.shared_run(FIRST, ["We had pancakes.", SECOND])
    assert found.score > 40.0
    assert found.span is not None
    assert FIRST[slice(*found.span)] == RUN


def test_the_same_note_said_differently_scores_less(guard_model: GuardModel) -> None:
    alike = f"Last week, did Maria visit the dentist? {RUN}"
    runs = guard_model.runs
    assert runs.shared_run(FIRST, [alike]).score < runs.shared_run(FIRST, [SECOND]).score / 2


def test_common_words_score_little(guard_model: GuardModel) -> None:
    common = "I am not sure if I will be able to"
    found = guard_model.runs.shared_run(f"{common} come to the party.", [f"{common} finish this book."])
    assert found.score < 30.0


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Nothing is shared here at all.", SECOND),
        (f"The fence arrived today.{FOOTER}", f"Lunch was very good.{FOOTER}"),
        (FIRST, ""),
        ("", SECOND),
    ],
    ids=["nothing", "footer", "empty other", "empty text"],
)
def test_nothing_is_found(guard_model: GuardModel, text: str, other: str) -> None:
    assert guard_model.runs.shared_run(text, [other]) == NOTHING_FOUND


def test_notes_that_share_a_rare_run_share_a_shingle(guard_model: GuardModel) -> None:
    mine = {each.hash for each in guard_model.runs.rare_shingles(FIRST)}
    theirs = {each.hash for each in guard_model.runs.rare_shingles(SECOND.replace("garden", "GARDEN"))}
    assert len(mine & theirs) >= 3


def test_shingles_are_few_signed_and_in_place(guard_model: GuardModel) -> None:
    text = " ".join(f"{word} {RUN[::-1]}" for word in RUN.split()) + " " + " ".join(RUN.split()[::-1] * 20)
    found = guard_model.runs.rare_shingles(text)
    assert 0 < len(found) <= 32
    assert all(-(2**63) <= each.hash < 2**63 and len(text[slice(*each.span)].split()) == 3 for each in found)
    assert [each.bits for each in found] == sorted((each.bits for each in found), reverse=True)


def test_with_vectors_weighs_by_the_remainders(guard_model: GuardModel) -> None:
    run = guard_model.runs.rarest(FIRST, [SECOND])
    assert run is not None
    assert (run.remainder, run.partners) == (
        "Did Maria visit the dentist last week",
        ("What colour is the new garden fence going to be",),
    )
    east, north = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)
    assert guard_model.runs.with_vectors(run, east, north).score == pytest.approx(run.bits)
    assert guard_model.runs.with_vectors(run, east, np.stack([east, north])).score == pytest.approx(run.bits / 2)
    assert guard_model.runs.with_vectors(run, east, east).score == 0.0
