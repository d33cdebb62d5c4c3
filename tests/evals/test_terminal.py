from __future__ import annotations

import pytest
from rich.progress import Task

from memsvc_evals import terminal


@pytest.fixture
def halfway() -> Task:
    """A task that has run for 10 s and ended 4 of 12 items in one burst just now."""
    now = 10.0
    task = Task(0, "x", 12, 4, _get_time=lambda: now)  # type: ignore[arg-type]
    task.start_time = 0.0
    return task


def test_the_rate_is_that_since_the_beginning(halfway: Task) -> None:
    assert terminal._Rate().render(halfway).plain == "0.4/s"


def test_the_time_that_remains_follows_from_that_rate(halfway: Task) -> None:
    assert terminal._Remaining().render(halfway).plain == "0:00:20"


def test_items_of_an_earlier_run_do_not_count_in_the_rate(halfway: Task) -> None:
    halfway.fields = {"kept": 2}
    assert terminal._Rate().render(halfway).plain == "0.2/s"
    assert terminal._Remaining().render(halfway).plain == "0:00:40"


def test_nothing_but_items_of_an_earlier_run_gives_no_rate(halfway: Task) -> None:
    halfway.fields = {"kept": 4}
    assert terminal._Rate().render(halfway).plain == "-/s"
    assert terminal._Remaining().render(halfway).plain == "-:--:--"


def test_no_bar_before_the_first_item(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress_bar("items", 3):
        pass
    assert capsys.readouterr().err == ""


def test_the_bar_counts(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress_bar("items", 3) as advance:
        advance(resumed=True)
        advance()
    assert "2/3" in capsys.readouterr().err
