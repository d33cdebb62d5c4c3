from __future__ import annotations

import pytest

from memsvc_evals.locomo.evidence import normal_dia_id, parse_evidence

KNOWN = {"D1:1", "D4:4", "D4:6", "D8:6", "D9:1", "D9:17", "D11:26", "D30:5"}


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (["D8:6", "D9:17"], ("D8:6", "D9:17")),
        (["D8:6; D9:17"], ("D8:6", "D9:17")),
        (["D9:1 D4:4 D4:6"], ("D9:1", "D4:4", "D4:6")),
        (["D:11:26"], ("D11:26",)),
        (["D30:05"], ("D30:5",)),
        (["D"], ()),
        (["D10:19"], ()),
        (["D10:19", "D1:1"], ("D1:1",)),
        (["D1:1", "D01:1", "D1:1"], ("D1:1",)),
        ([], ()),
    ],
)
def test_evidence_names_existing_turns_once(entries: list[str], found: tuple[str, ...]) -> None:
    assert parse_evidence(entries, KNOWN) == found


def test_a_longer_number_is_not_cut_to_a_known_turn() -> None:
    assert parse_evidence(["D1:11"], KNOWN) == ()


@pytest.mark.parametrize(("text", "normal"), [("D3:07", "D3:7"), ("D3", None), ("D3:7 D3:8", None), ("", None)])
def test_one_id_is_normalised(text: str, normal: str | None) -> None:
    assert normal_dia_id(text) == normal
