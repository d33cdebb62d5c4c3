"""Policies: every version is kept, the newest is in force."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from memsvc.domain.notes import Kind
from memsvc.domain.policies import (
    AmemPolicy,
    Eviction,
    LinkPolicy,
    Policy,
    PolicyVersion,
    RetentionPolicy,
    ThoughtPolicy,
    Work,
)
from memsvc.domain.scope import Scope
from memsvc.errors import PreconditionFailed, ServerFault
from memsvc.ports.storage import Storage, Writer
from tests.support.drafts import ACTOR, MODEL, SCOPE, T0, at

FULL = Policy(
    links=LinkPolicy(entity=True, semantic=True, tau=0.65, cap=3),
    amem=AmemPolicy(work=Work.RULES, neighbours=7, evolutions_per_day=2, consolidate_every=9),
    thoughts=ThoughtPolicy(work=Work.LLM, groups=32, merge_tau=0.9, merge=False),
    retention=RetentionPolicy(
        ttl_days=MappingProxyType({Kind.ROUND: 30.0, Kind.FACT: 0.5}),
        decay_weight=0.25,
        half_life_days=1e-3,
        admit_after=MappingProxyType({Kind.FACT: 2}),
        max_notes=10,
        max_bytes=2**40,
        eviction=Eviction.WEAKEST,
    ),
)


def put(
    storage: Storage, policy: Policy, *, expected_version: int | None = None, minute: int = 0
) -> PolicyVersion:
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        return writer.policies.put(policy, expected_version=expected_version, at=at(minute), actor=ACTOR)


def test_a_namespace_that_does_not_exist_has_no_policy(storage: Storage) -> None:
    with storage.reader(SCOPE) as reader:
        assert (reader.policies.current(), reader.policies.history()) == (None, [])


def test_all_of_a_policy_comes_back(storage: Storage) -> None:
    made = put(storage, FULL, minute=3)
    with storage.reader(SCOPE) as reader:
        assert reader.policies.current() == made == PolicyVersion(FULL, 1, at(3), ACTOR)


def test_every_version_stays(storage: Storage) -> None:
    versions = [put(storage, policy, minute=n) for n, policy in enumerate((FULL, Policy(), FULL))]
    with storage.reader(SCOPE) as reader:
        assert reader.policies.history() == versions
        assert reader.policies.current() == versions[-1]
    assert [version.version for version in versions] == [1, 2, 3]


@pytest.mark.parametrize("expected", [1, 3])
def test_another_version_than_expected_is_refused(storage: Storage, expected: int) -> None:
    put(storage, FULL, expected_version=0)
    put(storage, Policy(), expected_version=1)
    with pytest.raises(PreconditionFailed, match="version 2"):
        put(storage, FULL, expected_version=expected)
    with storage.reader(SCOPE) as reader:
        assert len(reader.policies.history()) == 2


def _put_twice_as_the_second(writer: Writer) -> None:
    for _ in range(2):
        writer.policies.put(Policy(), expected_version=1, at=T0, actor=ACTOR)


def test_a_write_that_fails_puts_nothing(storage: Storage) -> None:
    put(storage, FULL)
    with pytest.raises(PreconditionFailed), storage.writer(SCOPE) as writer:
        _put_twice_as_the_second(writer)
    with storage.reader(SCOPE) as reader:
        assert len(reader.policies.history()) == 1


def test_the_namespace_must_be_opened_first(storage: Storage) -> None:
    with pytest.raises(ServerFault), storage.writer(SCOPE) as writer:
        writer.policies.put(FULL, expected_version=None, at=T0, actor=ACTOR)


def test_a_policy_is_of_its_namespace_alone(storage: Storage) -> None:
    put(storage, FULL)
    for other in (Scope.of("tenant-b", SCOPE.namespace), Scope.of(SCOPE.tenant, "other")):
        with storage.writer(other) as writer:
            writer.open_namespace(MODEL, T0)
            assert writer.policies.history() == []


def test_a_dropped_namespace_takes_its_policies_along(storage: Storage) -> None:
    put(storage, FULL)
    with storage.writer(SCOPE) as writer:
        writer.drop_namespace(at=T0, actor=ACTOR)
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        assert writer.policies.history() == []
