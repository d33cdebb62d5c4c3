"""The same error classes as the server's, rebuilt from its answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from memsvc.client.testing import Answer, problem_answer
from memsvc.errors import (
    FieldError,
    InvalidInput,
    MemsvcError,
    NoAnswer,
    NotFound,
    PayloadTooLarge,
    ServerFault,
    Unavailable,
)


def leaves(root: type[MemsvcError] = MemsvcError) -> list[type[MemsvcError]]:
    own = [child for child in root.__subclasses__() if child.__module__ == root.__module__]
    return [leaf for child in own for leaf in (child, *leaves(child))]


@pytest.mark.parametrize("kind", [k for k in leaves() if k is not NoAnswer], ids=lambda k: k.__name__)
def test_every_class_of_the_tree_comes_back(make_scene: Callable[..., Any], kind: type[MemsvcError]) -> None:
    scene = make_scene([problem_answer(kind("no"))], retries=0)
    with pytest.raises(MemsvcError) as caught:
        scene.driver.recall("tea?")
    assert type(caught.value) is kind


def test_the_error_carries_what_the_problem_says(make_scene: Callable[..., Any]) -> None:
    sent = InvalidInput("wrong", errors=[FieldError("/k", "too large")], request_id="r-1", retry_after=3)
    scene = make_scene([problem_answer(sent)])
    with pytest.raises(InvalidInput) as caught:
        scene.driver.recall("tea?")
    error = caught.value
    assert (error.detail, error.errors, error.request_id, error.retry_after) == (
        "wrong",
        (FieldError("/k", "too large"),),
        "r-1",
        3.0,
    )


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(404, {}, b"<html>not here</html>"), NotFound),
        (Answer(413), PayloadTooLarge),
        (Answer(500, {"content-type": "application/json"}, b"{broken"), ServerFault),
        (Answer(503, {"content-type": "application/json"}, b"[1]"), Unavailable),
        (Answer(418), InvalidInput),
        (Answer(302, {"location": "/elsewhere"}), ServerFault),
    ],
)
def test_an_answer_without_a_problem_gives_the_class_of_its_status(
    make_scene: Callable[..., Any], answer: Answer, kind: type[MemsvcError]
) -> None:
    scene = make_scene([answer], retries=0)
    with pytest.raises(MemsvcError) as caught:
        scene.driver.recall("tea?")
    assert type(caught.value) is kind


def test_the_request_id_of_the_header_is_used_without_a_problem(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([Answer(404, {"x-request-id": "r-2"})])
    with pytest.raises(NotFound) as caught:
        scene.driver.get("n1")
    assert caught.value.request_id == "r-2"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"hits": 3}'])
def test_a_success_that_is_no_memsvc_answer_is_a_server_fault(make_scene: Callable[..., Any], body: bytes) -> None:
    scene = make_scene([Answer(200, {}, body)])
    with pytest.raises(ServerFault, match="is this the URL of memsvc"):
        scene.driver.recall("tea?")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        pytest.param(lambda m: m.remember(""), "/content", id="empty"),
        pytest.param(lambda m: m.remember("a\x00b"), "/content", id="NUL"),
        pytest.param(lambda m: m.remember("lone \ud800"), "/content", id="surrogate"),
        (lambda m: m.remember("x", kind="song"), "/kind"),
        (lambda m: m.remember("x", metadata={"n": float("nan")}), "/metadata"),
        (lambda m: m.remember("x", colour="red"), "/colour"),
        (lambda m: m.recall(" "), "/query"),
        (lambda m: m.recall("x", k=0), "/k"),
        (lambda m: m.recall("x", event_from="yesterday"), "/event_from"),
        (lambda m: m.remember_session([{"role": "user"}]), "/turns/0/content"),
        (lambda m: m.purge([]), "/notes"),
        (lambda m: m.update_metadata("n1", {1: 2}), "/metadata/1/[key]"),
    ],
)
def test_wrong_input_is_refused_before_it_is_sent(
    make_scene: Callable[..., Any], wrong: Callable[[Any], Any], pointer: str
) -> None:
    scene = make_scene([])
    with pytest.raises(InvalidInput) as caught:
        wrong(scene.driver)
    assert caught.value.errors[0].pointer.startswith(pointer)
    assert scene.requests == []


def test_an_item_that_failed_raises_its_error(make_scene: Callable[..., Any]) -> None:
    body = b'{"outcomes": [{"status": "failed", "error": {"code": "payload-too-large", "detail": "too long"}}]}'
    scene = make_scene([Answer(200, {}, body)])
    with pytest.raises(PayloadTooLarge, match="too long"):
        scene.driver.remember("x")
