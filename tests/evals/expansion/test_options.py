"""Names of expansions and joins."""

from __future__ import annotations

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.expansion.options import Expansion, Form, Join, JoinOption, Style, parse_join


def test_a_split_form_is_read() -> None:
    assert parse_join("official:split-merge") == JoinOption(Style.OFFICIAL, Form(Join.MERGE, split=True))


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize(
    "form", ["separate", "merge", "replace", "split-separate", "split-merge", "split-replace"]
)
def test_every_join_prints_as_it_is_written(style: Style, form: str) -> None:
    assert str(parse_join(f"{style}:{form}")) == f"{style}:{form}"


@pytest.mark.parametrize(
    "text", ["", "merge", "official", "official:", "clean:split-", "dirty:merge", "clean:join"]
)
def test_other_joins_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="official or clean, a colon, and one of separate, merge, replace"):
        parse_join(text)


def test_the_five_expansions_know_their_level() -> None:
    assert {str(expansion): expansion.level for expansion in Expansion} == {
        "session-summ": "session",
        "session-keyphrase": "session",
        "session-userfact": "session",
        "turn-keyphrase": "turn",
        "turn-userfact": "turn",
    }
