"""What a policy may say: each part in range, no part against another; and as JSON."""

from __future__ import annotations

import math
from typing import Any

import pytest

from memsvc.domain.notes import Kind
from memsvc.domain.policies import AmemPolicy, LinkPolicy, Policy, RetentionPolicy, ThoughtPolicy
from memsvc.domain.policy_json import policy_from_json, policy_to_json
from memsvc.errors import InvalidInput
from tests.contracts.test_policies import FULL


@pytest.mark.parametrize(
    ("part", "pointer"),
    [
        ({"links": LinkPolicy(tau=0)}, "/links/tau"),
        ({"links": LinkPolicy(cap=0)}, "/links/cap"),
        ({"amem": AmemPolicy(neighbours=51)}, "/amem/neighbours"),
        ({"amem": AmemPolicy(consolidate_every=0)}, "/amem/consolidate_every"),
        ({"thoughts": ThoughtPolicy(groups=15)}, "/thoughts/groups"),
        ({"thoughts": ThoughtPolicy(groups=0)}, "/thoughts/groups"),
        ({"thoughts": ThoughtPolicy(candidate_groups=-2)}, "/thoughts/candidate_groups"),
        ({"thoughts": ThoughtPolicy(merge_tau=math.nan)}, "/thoughts/merge_tau"),
        ({"retention": RetentionPolicy(ttl_days={Kind.FACT: 0})}, "/retention/ttl_days/fact"),
        ({"retention": RetentionPolicy(ttl_days={Kind.FACT: 1e-12})}, "/retention/ttl_days/fact"),
        ({"retention": RetentionPolicy(ttl_days={Kind.FACT: math.inf})}, "/retention/ttl_days/fact"),
        ({"retention": RetentionPolicy(ttl_days={Kind.FACT: math.nan})}, "/retention/ttl_days/fact"),
        ({"retention": RetentionPolicy(admit_after={Kind.FACT: 0})}, "/retention/admit_after/fact"),
        ({"retention": RetentionPolicy(admit_after={Kind.ROUND: 2})}, "/retention/admit_after/round"),
        ({"retention": RetentionPolicy(decay_weight=0.1)}, "/retention/half_life_days"),
        ({"retention": RetentionPolicy(half_life_days=9)}, "/retention/decay_weight"),
        ({"retention": RetentionPolicy(decay_weight=0.1, half_life_days=1e-12)}, "/retention/half_life_days"),
        ({"retention": RetentionPolicy(decay_weight=0.1, half_life_days=math.inf)}, "/retention/half_life_days"),
        ({"retention": RetentionPolicy(max_notes=0)}, "/retention/max_notes"),
        ({"retention": RetentionPolicy(max_bytes=-1)}, "/retention/max_bytes"),
    ],
)
def test_each_wrong_member_is_pointed_at(part: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Policy(**part)
    assert [error.pointer for error in caught.value.errors] == [pointer]


def test_an_order_of_eviction_without_a_cap_says_nothing() -> None:
    with pytest.raises(InvalidInput, match="/retention/eviction"):
        policy_from_json({"retention": {"eviction": "weakest"}})


def test_all_errors_are_told_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        Policy(links=LinkPolicy(tau=2), thoughts=ThoughtPolicy(groups=3))
    assert [error.pointer for error in caught.value.errors] == ["/links/tau", "/thoughts/groups"]


def test_a_policy_survives_json() -> None:
    assert policy_from_json(policy_to_json(FULL)) == FULL


def test_members_that_an_older_version_did_not_know_have_their_defaults() -> None:
    assert policy_from_json({"links": {"entity": True}}) == Policy(links=LinkPolicy(entity=True))


@pytest.mark.parametrize(
    ("retention", "counts", "sweeps"),
    [
        (RetentionPolicy(), False, False),
        (RetentionPolicy(ttl_days={Kind.FACT: 1}), False, True),
        (RetentionPolicy(max_notes=1), False, True),
        (policy_from_json({"retention": {"max_notes": 1, "eviction": "unused"}}).retention, True, True),
        (RetentionPolicy(admit_after={Kind.FACT: 2}), True, True),
        (RetentionPolicy(decay_weight=0.1, half_life_days=1), True, False),
    ],
)
def test_only_what_is_used_is_counted_and_swept(retention: RetentionPolicy, counts: bool, sweeps: bool) -> None:
    assert (retention.counts, retention.sweeps) == (counts, sweeps)
