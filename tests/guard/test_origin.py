"""Trust flows down."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.notes import TRUST_OF_ORIGIN, Origin
from memsvc.guard.origin import least_trusted, origin_of_role, stamp

ROLES = ["user", "assistant", "system", "developer", "tool", "function", "stranger"]


def test_the_role_of_a_turn_tells_its_origin() -> None:
    assert [origin_of_role(role) for role in ROLES] == [
        Origin.DIRECT_USER,
        Origin.MODEL_INFERENCE,
        Origin.TOOL_INTERNAL,
        Origin.TOOL_INTERNAL,
        Origin.TOOL_EXTERNAL,
        Origin.TOOL_EXTERNAL,
        Origin.UNTRUSTED_DOCUMENT,
    ]


@given(
    ceiling=st.sampled_from(Origin),
    declared=st.none() | st.sampled_from(Origin),
    roles=st.lists(st.sampled_from(ROLES)),
)
def test_a_stamp_is_never_more_trusted_than_any_source(
    ceiling: Origin, declared: Origin | None, roles: list[str]
) -> None:
    sources = [ceiling, *map(origin_of_role, roles), *([declared] if declared else [])]
    given_stamp = stamp(ceiling=ceiling, declared=declared, roles=roles)
    assert TRUST_OF_ORIGIN[given_stamp] == min(TRUST_OF_ORIGIN[source] for source in sources)
    assert given_stamp == least_trusted(sources)
