"""The error tree, as classes and as drawn in its docstring."""

from __future__ import annotations

import re

import pytest

from memsvc import errors
from memsvc.errors import FieldError, MemsvcError, error_class

_LINE = re.compile(r"^    (?P<branch>(?:│   |    )*)(?:├── |└── )(?P<name>\w+)\s+(?P<status>\d{3})\b")


def _classes(root: type[MemsvcError]) -> list[type[MemsvcError]]:
    ours = [child for child in root.__subclasses__() if child.__module__ == errors.__name__]
    return [each for child in ours for each in (child, *_classes(child))]


def _drawn() -> list[tuple[str, str, int]]:
    """Return (class, parent, status) of each line of the docstring's tree."""
    parents = ["MemsvcError"]
    found: list[tuple[str, str, int]] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := _LINE.match(line):
            depth = len(match["branch"]) // 4
            parents[depth + 1 :] = [match["name"]]
            found.append((match["name"], parents[depth], int(match["status"])))
    return found


ALL = _classes(MemsvcError)


def test_the_drawn_tree_is_the_tree_of_classes() -> None:
    assert sorted(_drawn()) == sorted((c.__name__, c.__bases__[0].__name__, c.status) for c in ALL)


def test_codes_are_unique_and_stable_words() -> None:
    codes = [c.code for c in ALL]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_every_class_is_public() -> None:
    assert {c.__name__ for c in ALL} | {"MemsvcError", "FieldError", "error_class"} == set(errors.__all__)


@pytest.mark.parametrize("wanted", ALL, ids=lambda c: c.__name__)
def test_a_code_resolves_to_its_class(wanted: type[MemsvcError]) -> None:
    assert error_class(wanted.code, 599) is wanted


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (401, errors.Unauthenticated),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (409, errors.Conflict),
        (412, errors.PreconditionFailed),
        (413, errors.PayloadTooLarge),
        (422, errors.InvalidInput),
        (429, errors.RateLimited),
        (503, errors.Unavailable),
        (507, errors.StorageFull),
        (418, errors.InvalidInput),
        (500, errors.ServerFault),
        (599, errors.ServerFault),
        (302, errors.ServerFault),
    ],
)
def test_an_unknown_code_resolves_by_status(status: int, wanted: type[MemsvcError]) -> None:
    assert error_class("made-up-by-a-proxy", status) is wanted


def test_what_may_succeed_later_is_retryable() -> None:
    assert {c.__name__ for c in ALL if c.retryable} == {
        "EmbedderUnavailable",
        "LlmBadReply",
        "LlmBudgetSpent",
        "LlmUnavailable",
        "NoAnswer",
        "RateLimited",
        "RerankerUnavailable",
        "StorageBusy",
        "Unavailable",
    }


def test_an_error_carries_its_details() -> None:
    error = errors.RateLimited("slow down", errors=[FieldError("/a", "b")], retry_after=1.5, request_id="r")
    assert (str(error), error.detail, error.errors) == ("slow down", "slow down", (FieldError("/a", "b"),))
    assert (error.retry_after, error.request_id) == (1.5, "r")
