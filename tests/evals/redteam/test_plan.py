"""What a run of the red team is asked to measure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.redteam.families.attack import Attack, Embedding, Group, whole
from memsvc_evals.redteam.payloads.kinds import PayloadKind
from memsvc_evals.redteam.plan import Plan, parse_names, parse_sizes

ATTACK = Attack("x", Group.OPTIMISED, 0, Embedding.FULL, PayloadKind.FACTUAL, (whole("a"),), ())


def test_sizes_are_read_ascending() -> None:
    assert parse_sizes("8, 1,8") == (1, 8)


@pytest.mark.parametrize("text", ["", "3", "1,x", "1,,2"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="--n"):
        parse_sizes(text)


def test_families_are_read_by_name() -> None:
    assert parse_names(" minja, fluent,minja") == ("minja", "fluent")
    assert parse_names("") == ()


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(InvalidInput, match="nobody"):
        parse_names("minja,nobody")


def test_an_attack_is_measured_at_the_sizes_that_it_has() -> None:
    plan = Plan(sizes=(1, 8))
    assert plan.sizes_of(ATTACK) == (1, 8)
    assert plan.sizes_of(replace(ATTACK, sizes=(8, 24))) == (8,)


def test_an_attack_of_another_size_is_measured_at_its_smallest() -> None:
    assert Plan(sizes=(1,)).sizes_of(replace(ATTACK, sizes=(5, 24))) == (5,)


def test_the_whole_grid_has_three_seeds_and_all_sizes() -> None:
    full = Plan(seeds=1).full()
    assert (full.seeds, full.sizes, full.both, full.adaptive) == (3, (1, 2, 8, 24), True, True)
    assert Plan(seeds=5).full().seeds == 5
