"""Names of expansions and joins."""

from __future__ import annotations

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.expansion.options import Expansion, Form, Join, parse_form


def test_a_split_form_is_read() -> None:
    assert parse_form("split-merge") == Form(Join.MERGE, split=True)


@pytest.mark.parametrize(
    "form", ["separate", "merge", "replace", "split-separate", "split-merge", "split-replace"]
)
def test_every_form_prints_as_it_is_written(form: str) -> None:
    assert str(parse_form(form)) == form


@pytest.mark.parametrize("text", ["", "split-", "split-split-merge", "join", "Merge"])
def test_other_joins_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="must be one of separate, merge, replace, each also with split-"):
        parse_form(text)


def test_the_five_expansions_know_their_level() -> None:
    assert {str(expansion): expansion.level for expansion in Expansion} == {
        "session-summ": "session",
        "session-keyphrase": "session",
        "session-userfact": "session",
        "turn-keyphrase": "turn",
        "turn-userfact": "turn",
    }
