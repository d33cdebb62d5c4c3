"""Scripts after whose rollback something else was once seen than after a replay without the poison."""

from __future__ import annotations

import pytest

from memsvc.domain.policies import Policy
from memsvc.domain.receipts import Actor
from tests.guard.rollback.conftest import ALICE, MALLORY, THINKING
from tests.guard.rollback.scripts import Act
from tests.guard.rollback.test_replay import replayed

WORK = Act("work")


def says(what: str, day: int, who: Actor = ALICE) -> Act:
    return Act("round", who, what, days=day)


def lives(where: str, day: int) -> Act:
    return says(f"I live in {where} now.", day, MALLORY if where == "Zanzibar" else ALICE)


def john_is(what: str, day: int) -> Act:
    return says(f"John is {what}.", day, MALLORY if what == "a zanzibar" else ALICE)


THINKING_SCRIPTS = {
    "told again while it was merged with poison": [
        john_is("a zanzibar", 0),
        john_is("a writer", 7),
        WORK,
        john_is("an actor", 21),
        john_is("a writer", 28),
    ],
    "told again twice while it was merged with poison": [
        john_is("an actor", 0),
        john_is("a zanzibar", 7),
        WORK,
        john_is("a writer", 21),
        john_is("a writer", 28),
        john_is("a singer", 35),
        john_is("an actor", 42),
    ],
    "closed by poison, though the next after it was closed at once": [
        lives("Lima", 21),
        lives("Zanzibar", 28),
        lives("Quito", 35),
        lives("Delhi", 42),
        lives("Zanzibar", 49),
    ],
    "closed by poison, then told what came between": [
        lives("Lima", 21),
        lives("Zanzibar", 35),
        WORK,
        lives("Delhi", 42),
        WORK,
        lives("Paris", 40),
    ],
    "closed by poison before late news came": [
        lives("Oslo", 7),
        lives("Zanzibar", 14),
        lives("Cairo", 28),
        lives("Zanzibar", 35),
        WORK,
        lives("Minsk", 49),
        lives("Turin", 56),
        lives("Paris", 3),
    ],
    "late news of an early day, together with later ones": [
        lives("Lima", 21),
        WORK,
        lives("Zanzibar", 35),
        lives("Delhi", 42),
        lives("Minsk", 49),
        lives("Paris", 3),
    ],
    "late news of an early day, after poison that was told again": [
        lives("Rome", 0),
        lives("Zanzibar", 14),
        WORK,
        lives("Cairo", 28),
        lives("Quito", 35),
        lives("Delhi", 42),
        lives("Zanzibar", 56),
        lives("Paris", 3),
    ],
}


@pytest.mark.parametrize("script", THINKING_SCRIPTS.values(), ids=THINKING_SCRIPTS.keys())
@pytest.mark.parametrize("sqlite", [False, True], ids=["memory", "sqlite"])
def test_thoughts_are_as_in_a_replay(script: list[Act], sqlite: bool) -> None:
    rolled_back, replay = replayed(THINKING, script, sqlite=sqlite)
    assert rolled_back == replay


def test_what_the_service_refused_while_poison_stood_was_not_done() -> None:
    script = [
        Act("item", ALICE, "Rex chews leather shoes."),
        Act("replace", MALLORY, "Rex chews zanzibar.", target=0),
        Act("replace", ALICE, "Rex chews bones.", target=1),
    ]
    rolled_back, replay = replayed(Policy(), script)
    assert len(replay) == 2
    assert rolled_back == replay
