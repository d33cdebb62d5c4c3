"""The remote embedder against an endpoint that misbehaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pytest

from memsvc.errors import EmbedderUnavailable
from memsvc_agents.embed.budget import DailyBudget
from memsvc_agents.embed.openai import OpenAIEmbedder
from memsvc_agents.retrying import RetryPolicy

KEY = "sk-very-secret"
Answer = Callable[[httpx.Request], httpx.Response]


def vectors(request: httpx.Request) -> httpx.Response:
    """Answer [length of text, 1] for each text."""
    texts = json.loads(request.content)["input"]
    data = [{"index": number, "embedding": [len(text), 1]} for number, text in enumerate(texts)]
    return httpx.Response(200, json={"data": data})


def status(code: int, text: str = "no", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(code, text=text, headers=named)


def json_answer(value: object) -> Answer:
    return lambda request: httpx.Response(200, text=json.dumps(value))


def refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@dataclass
class Endpoint:
    """Gives its answers in turn, the last one for ever, and keeps requests and waits."""

    answers: list[Answer]
    requests: list[httpx.Request] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(request)

    def embedder(
        self, *, batch_size: int = 64, batch_characters: int = 1000, budget: DailyBudget | None = None
    ) -> OpenAIEmbedder:
        return OpenAIEmbedder(
            "http://embeddings.test/v1",
            "small",
            2,
            api_key=KEY,
            batch_size=batch_size,
            batch_characters=batch_characters,
            budget=budget,
            retry=RetryPolicy(attempts=3, first_wait=0.5, longest_wait=20),
            transport=httpx.MockTransport(self),
            sleep=self.waits.append,
        )

    def inputs(self) -> list[list[str]]:
        return [json.loads(request.content)["input"] for request in self.requests]


def test_a_request_names_the_model_and_carries_the_key() -> None:
    endpoint = Endpoint([vectors])
    endpoint.embedder().embed(["abc"])
    (request,) = endpoint.requests
    assert str(request.url) == "http://embeddings.test/v1/embeddings"
    assert json.loads(request.content) == {"model": "small", "input": ["abc"], "encoding_format": "float"}
    assert f"Bearer {KEY}" == request.headers["authorization"]


def test_vectors_are_scaled_to_length_one() -> None:
    found = Endpoint([vectors]).embedder().embed(["abc"])
    np.testing.assert_allclose(found, [[3 / 10**0.5, 1 / 10**0.5]], rtol=1e-6)


def test_batches_are_bounded_by_count_and_by_characters() -> None:
    endpoint = Endpoint([vectors])
    endpoint.embedder(batch_size=2, batch_characters=10).embed(["a", "b", "c", "d" * 9, "e" * 12, "f"])
    assert endpoint.inputs() == [["a", "b"], ["c", "d" * 9], ["e" * 12], ["f"]]


def test_an_empty_text_is_sent_as_a_space() -> None:
    endpoint = Endpoint([vectors])
    endpoint.embedder().embed([""])
    assert endpoint.inputs() == [[" "]]


def test_retry_after_in_seconds_is_waited_for() -> None:
    endpoint = Endpoint([status(429, retry_after="7"), vectors])
    endpoint.embedder().embed(["a"])
    assert endpoint.waits == [7.0]


def test_retry_after_as_a_date_counts_from_the_answers_own_date() -> None:
    date, later = "Tue, 03 Nov 2026 10:00:00 GMT", "Tue, 03 Nov 2026 10:00:12 GMT"
    endpoint = Endpoint([status(503, date=date, retry_after=later), vectors])
    endpoint.embedder().embed(["a"])
    assert endpoint.waits == [12.0]


@pytest.mark.parametrize(
    "failure", [status(500), status(502), status(408), refuse], ids=["500", "502", "408", "refused"]
)
def test_a_passing_failure_is_tried_again_after_a_bounded_wait(failure: Answer) -> None:
    endpoint = Endpoint([failure, failure, vectors])
    assert endpoint.embedder().embed(["a"]).shape == (1, 2)
    assert len(endpoint.waits) == 2
    assert all(0 <= wait <= 20 for wait in endpoint.waits)


def test_the_answers_body_is_in_no_error() -> None:
    endpoint = Endpoint([status(422, "input: my secret")])
    with pytest.raises(EmbedderUnavailable) as caught:
        endpoint.embedder().embed(["my secret"])
    assert "secret" not in str(caught.value)


def test_attempts_are_limited() -> None:
    endpoint = Endpoint([status(500, "boom")])
    with pytest.raises(EmbedderUnavailable, match=r"answered 500$"):
        endpoint.embedder().embed(["a"])
    assert len(endpoint.requests) == 3


def test_a_wait_that_is_too_long_is_handed_to_the_caller() -> None:
    endpoint = Endpoint([status(429, retry_after="3600")])
    with pytest.raises(EmbedderUnavailable) as caught:
        endpoint.embedder().embed(["a"])
    assert (caught.value.retry_after, endpoint.waits) == (3600.0, [])


@pytest.mark.parametrize("code", [400, 401, 403, 404, 422])
def test_a_refusal_is_not_tried_again(code: int) -> None:
    endpoint = Endpoint([status(code)])
    with pytest.raises(EmbedderUnavailable, match=f"answered {code}"):
        endpoint.embedder().embed(["a"])
    assert len(endpoint.requests) == 1


def test_the_key_is_in_no_error() -> None:
    endpoint = Endpoint([status(401, f"Incorrect API key provided: {KEY}")])
    with pytest.raises(EmbedderUnavailable) as caught:
        endpoint.embedder().embed(["a"])
    assert "check the API key" in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (status(200, "<html>Welcome</html>"), "answered no JSON"),
        (json_answer([]), "not one vector per text"),
        (json_answer({"data": []}), "not one vector per text"),
        (json_answer({"data": [{"index": 1, "embedding": [1, 2]}]}), "not one vector per text"),
        (json_answer({"data": [{"index": 0, "embedding": ["a", "b"]}]}), "not one vector per text"),
        (json_answer({"data": [{"index": 0, "embedding": [1, 2, 3]}]}), r"shape \(1, 3\)"),
        (json_answer({"data": [{"index": 0, "embedding": [1, float("nan")]}]}), "zero, NaN or infinite"),
        (json_answer({"data": [{"index": 0, "embedding": [0, 0]}]}), "zero, NaN or infinite"),
    ],
    ids=["html", "no object", "empty", "wrong index", "letters", "wrong length", "nan", "zero"],
)
def test_a_bad_answer_is_refused(answer: Answer, message: str) -> None:
    with pytest.raises(EmbedderUnavailable, match=message):
        Endpoint([answer]).embedder().embed(["a"])


def test_a_spent_budget_stops_before_the_request() -> None:
    noon = datetime(2026, 11, 3, 12, tzinfo=UTC)
    endpoint = Endpoint([vectors])
    embedder = endpoint.embedder(budget=DailyBudget(5, now=lambda: noon))
    embedder.embed(["abcd"])
    with pytest.raises(EmbedderUnavailable, match="budget of 5 characters a day is spent") as caught:
        embedder.embed(["ef"])
    assert (len(endpoint.requests), caught.value.retry_after) == (1, 12 * 3600)


def test_the_budget_is_new_every_day() -> None:
    times = iter([datetime(2026, 11, 3, tzinfo=UTC) + timedelta(days=day) for day in (0, 0, 1)])
    budget = DailyBudget(5, now=lambda: next(times))
    budget.spend(5)
    assert budget.spend(5) is None
