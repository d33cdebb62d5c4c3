from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from memsvc_evals.compare.paired import Difference, changed, differences
from memsvc_evals.compare.reading import read_scored

MakeReport = Callable[..., Path]
RECALL = "session/ids_no_abs/recall_all@5"
GAIN = "session/ids_no_abs/ndcg_any@10"


def by_name(found: list[Difference]) -> dict[tuple[str, str], Difference]:
    return {(difference.figure, difference.group): difference for difference in found}


@pytest.fixture
def found(make_report: MakeReport) -> dict[tuple[str, str], Difference]:
    types = {"q0": "temporal-reasoning", "q1": "temporal-reasoning"}
    first = make_report("a.json", {f"q{i}": 0.5 for i in range(8)}, types=types)
    second = make_report("b.json", {f"q{i}": 1.0 if i < 6 else 0.5 for i in range(8)}, types=types)
    return by_name(differences(read_scored(first), read_scored(second)))


def test_zeros_and_ones_are_tested_exactly(found: dict[tuple[str, str], Difference]) -> None:
    recall = found[RECALL, "all"]
    assert (recall.n, recall.first, recall.second, recall.delta) == (8, 0.0, 0.75, 0.75)
    assert (recall.wins, recall.losses, recall.p, recall.test) == (6, 0, 0.03125, "mcnemar")


def test_other_values_are_tested_by_bootstrap(found: dict[tuple[str, str], Difference]) -> None:
    gain = found[GAIN, "all"]
    assert gain.test == "bootstrap"
    assert gain.delta == pytest.approx(0.1875)
    assert 0 < gain.ci95[0] < gain.delta < gain.ci95[1] <= 0.25
    assert gain.p < 0.01


def test_each_type_is_a_group(found: dict[tuple[str, str], Difference]) -> None:
    types = {group: difference.n for (figure, group), difference in found.items() if figure == RECALL}
    assert types == {"all": 8, "multi-session": 6, "temporal-reasoning": 2}
    assert found[RECALL, "temporal-reasoning"].delta == 1.0


def test_equal_reports_differ_in_nothing(make_report: MakeReport) -> None:
    report = read_scored(make_report("a.json", {"q0": 0.3, "q1": 1.0}))
    for difference in differences(report, report):
        assert (difference.delta, difference.ci95, difference.p) == (0.0, (0.0, 0.0), 1.0)


def test_order_of_the_questions_does_not_matter(make_report: MakeReport) -> None:
    first = read_scored(make_report("a.json", {"q0": 0.0, "q1": 1.0}))
    second = read_scored(make_report("b.json", {"q1": 1.0, "q0": 0.0}))
    assert all(difference.wins == difference.losses == 0 for difference in differences(first, second))


def test_questions_won_and_lost_are_named(make_report: MakeReport) -> None:
    first = read_scored(make_report("a.json", {"q0": 0.0, "q1": 1.0, "q2": 1.0}))
    second = read_scored(make_report("b.json", {"q0": 1.0, "q1": 1.0, "q2": 0.0}))
    won, lost = changed(first, second, RECALL)
    assert [[a.id for a, _ in pairs] for pairs in (won, lost)] == [["q0"], ["q2"]]


def test_locomo_has_its_categories_and_all_but_adversarial(make_locomo_report: MakeReport) -> None:
    first = make_locomo_report("a.json", [("multi", 0.5), ("single", 1.0), ("adversarial", 0.0)])
    second = make_locomo_report("b.json", [("multi", 1.0), ("single", 1.0), ("adversarial", 0.0)])
    found = by_name(differences(read_scored(first), read_scored(second)))
    groups = {group: (difference.n, difference.delta) for (_, group), difference in found.items()}
    assert groups == {
        "all": (3, pytest.approx(1 / 6)),
        "c1-4": (2, 0.25),
        "adversarial": (1, 0.0),
        "multi": (1, 0.5),
        "single": (1, 0.0),
    }
