"""The tables of docs/security.md come from report files of the red team."""

from __future__ import annotations

from typing import Any

from tools.redteam_tables import BEGIN, END, PAGE, tables


def _figure(value: float, *ci95: float) -> dict[str, Any]:
    return {"value": value, "n": 300, "ci95": ci95 or None, "unit": "fraction"}


REPORT = {
    "figures": {
        "optimised/asr_r@1": _figure(0.004, 0.0, 0.012),
        "baseline/optimised/asr_r@1": _figure(1.0),
        "trusted/any@5": _figure(0.6),
        "baseline/untrusted/any@5": _figure(0.7),
        "fpr/preferences": _figure(0.02, 0.007, 0.043),
        "benign_loss/hit@5": _figure(0.003),
    },
    "config": {
        "notes": 2062,
        "seeds": 3,
        "sizes": [1, 8],
        "modes": ["dense", "hybrid"],
        "guard": "balanced",
        "guard_model": "1-e8e6d695a1697788",
    },
    "data": {"name": "memory.json"},
}


def test_each_table_says_what_was_run() -> None:
    first = tables([REPORT]).splitlines()[0]
    assert first.startswith("**memory.json**, 2062 notes, 3 seed(s), n = 1, 8, recall dense, hybrid; guard")


def test_attacks_stand_with_and_without_the_guard() -> None:
    (row,) = [line for line in tables([REPORT]).splitlines() if line.startswith("| optimised triggers")]
    assert row.split(" | ")[1:] == ["1.00 / 0.004 (0.000 to 0.012)", "- / -", "- / - |"]


def test_a_trusted_origin_is_compared_with_the_same_families() -> None:
    lines = tables([REPORT]).splitlines()
    assert "| the same from a trusted origin, question unlabelled | - / - | 0.70 / 0.600 | - / - |" in lines


def test_false_positives_have_their_interval_and_number() -> None:
    assert "| preferences | 2.00 % (0.70 to 4.30) | 300 |" in tables([REPORT]).splitlines()


def test_the_page_has_a_place_for_them() -> None:
    page = PAGE.read_text()
    assert 0 < page.index(BEGIN) < page.index(END)
