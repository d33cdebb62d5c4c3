"""When the SDK sends a request again, and what stays the same then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from memsvc.client.testing import Answer, Silence, json_answer, problem_answer
from memsvc.errors import (
    Conflict,
    InvalidInput,
    MemsvcError,
    NoAnswer,
    RateLimited,
    StorageBusy,
    StorageFull,
    StorageReadOnly,
    Unavailable,
)

CREATED = json_answer({"outcomes": [{"status": "created", "note": "n1"}]}, status=201)
FOUND = json_answer({"hits": []})
RECEIPT = json_answer(
    {
        "id": "r1",
        "at": "2024-05-01T12:00:00Z",
        "actor": "local",
        "notes": ["n1"],
        "notes_erased": 1,
        "keys_erased": 1,
        "vectors_erased": 1,
        "sessions_erased": 0,
        "compacted": True,
    }
)
NEVER_SENT = Silence("connection refused", sent=False)
LOST = Silence("read timed out", sent=True)


def test_every_attempt_of_a_write_has_the_same_idempotency_key(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([problem_answer(StorageBusy("busy")), LOST, CREATED])
    scene.driver.remember("I like tea.")
    assert [r.headers["idempotency-key"] for r in scene.requests] == ["key-1", "key-1", "key-1"]


def test_two_calls_have_different_idempotency_keys(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([CREATED, CREATED])
    scene.driver.remember("I like tea.")
    scene.driver.remember("I like tea.")
    assert [r.headers["idempotency-key"] for r in scene.requests] == ["key-1", "key-2"]


def test_a_key_of_the_caller_is_sent_as_it_is(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([CREATED])
    scene.driver.remember("I like tea.", idempotency_key="mine")
    assert scene.requests[0].headers["idempotency-key"] == "mine"


@pytest.mark.parametrize(
    "passing",
    [
        pytest.param(Answer(408), id="408"),
        pytest.param(problem_answer(RateLimited("slow down")), id="429"),
        pytest.param(problem_answer(Unavailable("starting")), id="503"),
        pytest.param(Answer(502), id="502 of a proxy"),
        pytest.param(Answer(503), id="503 without a problem"),
        pytest.param(problem_answer(Conflict("in flight", retry_after=1)), id="409 with Retry-After"),
        pytest.param(NEVER_SENT, id="no connection"),
        pytest.param(LOST, id="lost answer"),
    ],
)
def test_a_passing_failure_is_retried(make_scene: Callable[..., Any], passing: Answer | Silence) -> None:
    scene = make_scene([passing, CREATED])
    assert scene.driver.remember("I like tea.").note == "n1"


@pytest.mark.parametrize(
    "error",
    [
        InvalidInput("empty"),
        Conflict("forgotten already"),
        StorageFull("disk full"),
        StorageReadOnly("read-only"),
        MemsvcError("defect"),
    ],
)
def test_a_lasting_failure_is_not_retried(make_scene: Callable[..., Any], error: MemsvcError) -> None:
    scene = make_scene([problem_answer(error)])
    with pytest.raises(MemsvcError, match=error.detail):
        scene.driver.remember("I like tea.")
    assert len(scene.requests) == 1


def test_the_last_error_is_raised_when_the_retries_are_used_up(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([problem_answer(StorageBusy(f"busy {n}")) for n in range(4)], retries=3)
    with pytest.raises(StorageBusy, match="busy 3"):
        scene.driver.recall("tea?")


def test_no_retries_means_one_attempt(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([NEVER_SENT], retries=0)
    with pytest.raises(NoAnswer, match="connection refused"):
        scene.driver.recall("tea?")
    assert scene.slept == []


def test_the_wait_doubles_up_to_eight_seconds(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([NEVER_SENT] * 6 + [FOUND], retries=6)
    scene.driver.recall("tea?")
    assert scene.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]


@pytest.mark.parametrize(("asked", "waited"), [(3, 3.0), (1000, 120.0), (0, 0.0)])
def test_retry_after_is_obeyed_up_to_two_minutes(
    make_scene: Callable[..., Any], asked: int, waited: float
) -> None:
    scene = make_scene([problem_answer(RateLimited("slow down", retry_after=asked)), FOUND])
    scene.driver.recall("tea?")
    assert scene.slept == [waited]


def test_retry_after_as_a_date_counts_from_the_date_of_the_answer(make_scene: Callable[..., Any]) -> None:
    dated = Answer(429, {"date": "Wed, 01 May 2024 12:00:00 GMT", "retry-after": "Wed, 01 May 2024 12:00:07 GMT"})
    scene = make_scene([dated, FOUND])
    scene.driver.recall("tea?")
    assert scene.slept == [7.0]


@pytest.mark.parametrize("nonsense", ["soon", "-5", "nan", ""])
def test_a_retry_after_without_meaning_is_ignored(make_scene: Callable[..., Any], nonsense: str) -> None:
    scene = make_scene([Answer(429, {"retry-after": nonsense}), FOUND])
    scene.driver.recall("tea?")
    assert scene.slept == [0.5]


def test_an_erasure_whose_answer_was_lost_is_not_repeated(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([LOST, RECEIPT])
    with pytest.raises(NoAnswer):
        scene.driver.purge(["n1"])


def test_an_erasure_that_never_left_is_repeated(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([NEVER_SENT, RECEIPT])
    assert scene.driver.purge(["n1"]).notes_erased == 1
