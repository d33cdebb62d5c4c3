"""The wire's policy has the members and the defaults of the domain's."""

from __future__ import annotations

from memsvc import wire
from memsvc.api.convert.policies import inbound_policy, outbound_policy
from memsvc.domain.policies import Policy, PolicyVersion
from memsvc.domain.policy_json import policy_to_json
from tests.contracts.test_policies import FULL
from tests.support.drafts import T0


def test_a_policy_without_members_is_the_default_one() -> None:
    assert inbound_policy(wire.Policy()) == Policy()
    assert wire.Policy().model_dump(mode="json") == policy_to_json(Policy())


def test_a_policy_goes_out_and_in_again() -> None:
    sent = outbound_policy(PolicyVersion(FULL, 1, T0, "tester"))
    assert inbound_policy(sent.policy) == FULL
