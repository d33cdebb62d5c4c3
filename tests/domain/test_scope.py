"""Scope checks its names."""

from __future__ import annotations

import pytest

from memsvc.domain.scope import Scope
from memsvc.errors import InvalidInput

GOOD = ["a", "A9", "0", "user:42@example.org+x-y_z.w", "x" * 128]
BAD = ["", " ", "-a", ".a", "_a", "a b", "a/b", "ü", "a\0", "a\n", "x" * 129, "../x", "a%", "a\u200b"]


@pytest.mark.parametrize("name", GOOD)
def test_good_names(name: str) -> None:
    scope = Scope.of(name, name)
    assert (scope.tenant, scope.namespace) == (name, name)


@pytest.mark.parametrize("name", BAD)
def test_bad_tenants_are_named(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Scope.of(name, "good")
    assert [error.pointer for error in caught.value.errors] == ["/tenant"]


@pytest.mark.parametrize("name", BAD)
def test_bad_namespaces_are_named(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Scope.of("good", name)
    assert [error.pointer for error in caught.value.errors] == ["/namespace"]


def test_equal_names_are_equal_scopes() -> None:
    assert {Scope.of("a", "b"), Scope.of("a", "b"), Scope.of("b", "a")} == {Scope.of("a", "b"), Scope.of("b", "a")}
