"""Observations of the file: which count, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.locomo.conversation import Observation
from memsvc_evals.locomo.parsing import parse_conversation


def observed(raw: dict[str, Any], noted: object) -> tuple[Observation, ...]:
    return parse_conversation(raw | {"observation": noted}, "test").observations


def test_a_file_without_observations_has_none(raw: dict[str, Any]) -> None:
    assert parse_conversation(raw, "test").observations == ()


def test_observations_name_one_turn_or_several(raw: dict[str, Any]) -> None:
    noted = {
        "session_1_observation": {
            "Ilse": [["Ilse has a kiln.", "D1:1"]],
            "Tomas": [["He plays.", ["D1:2", "D2:02"]]],
        },
        "session_2_observation": {"Ilse": []},
    }
    assert observed(raw, noted) == (
        Observation(1, "Ilse has a kiln.", ("D1:1",)),
        Observation(1, "He plays.", ("D1:2", "D2:2")),
    )


def test_what_names_no_turn_of_the_conversation_is_left_out(raw: dict[str, Any]) -> None:
    assert observed(raw, {"session_1_observation": {"Ilse": [["Lost.", "D9:1"], ["Nothing.", "D"]]}}) == ()


def test_observations_of_sessions_that_are_not_there_are_left_out(raw: dict[str, Any]) -> None:
    assert observed(raw, {"session_11_observation": {"Ilse": [["Lost.", "D1:1"]]}}) == ()


@pytest.mark.parametrize(
    ("noted", "message"),
    [
        ([], "observation: must be an object"),
        ({"session_1_observation": []}, "session_1_observation: must be an object"),
        ({"session_1_observation": {"Ilse": "x"}}, "session_1_observation: Ilse: must be a list"),
        ({"session_1_observation": {"Ilse": ["x"]}}, r"Ilse\[0\]: must be a list of a text and the ids"),
        ({"session_1_observation": {"Ilse": [["", "D1:1"]]}}, r"Ilse\[0\]: must be a list of a text and the ids"),
        ({"session_1_observation": {"Ilse": [["x"]]}}, r"Ilse\[0\]: must be a list of a text and the ids"),
    ],
)
def test_wrong_observations_are_refused_where_they_stand(raw: dict[str, Any], noted: object, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        observed(raw, noted)
