"""GVD's reading, scoring and loop, on dialogues made up for the tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from memsvc.domain.recall import Mode
from memsvc.errors import InvalidInput
from memsvc_evals.gvd.dialogues import Dialogue, Evidence, Exchange, Question, User
from memsvc_evals.gvd.in_process import open_agent
from memsvc_evals.gvd.loop import asked_on, run_user
from memsvc_evals.gvd.reading import DIALOGUES, QUESTIONS, Marks, marked_by_hand, read_users
from memsvc_evals.gvd.scoring import CUTS, Asked, Found, hit_figures

BANK = {
    " Ada ": {
        "history": {
            "2023-04-27": [
                {"query": "I planted tomatoes today.", "response": "Which kind?"},
                {"query": "San Marzano, for sauce.", "response": "Good choice."},
            ],
            "2023-04-28": [{"query": "My bicycle was stolen.", "response": "I am sorry."}],
        }
    }
}
ASKED = {"Ada": ["Which tomatoes did I plant?", "What was stolen from me?", "Who is my dentist?"]}
MARKS: Marks = {
    "Ada": [
        [{"day": "2023-04-27", "phrase": "san marzano"}],
        [{"day": "2023-04-28", "phrase": "bicycle"}],
        [],
    ]
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the two files and return their folder."""

    def make(bank: object = BANK, asked: object = ASKED) -> Path:
        (tmp_path / DIALOGUES).write_text(json.dumps(bank))
        (tmp_path / QUESTIONS).write_text(json.dumps(asked) + "\n\n")
        return tmp_path

    return make


def test_users_have_their_days_and_questions(write: Write) -> None:
    (ada,) = read_users(write(), MARKS)
    assert (ada.name, [len(d.rounds) for d in ada.dialogues]) == ("Ada", [2, 1])
    assert [len(question.evidence) for question in ada.questions] == [1, 1, 0]


def test_the_marks_that_ship_cover_a_hundred_questions() -> None:
    marks = marked_by_hand()
    assert (len(marks), sum(map(len, marks.values()))) == (15, 100)


@pytest.mark.parametrize(
    ("bank", "asked", "said"),
    [
        ({"Ada": {"history": {"2023-04-27": [{"query": "x"}]}}}, ASKED, "response: is missing"),
        ({"Ada": {"history": {"someday": []}}}, ASKED, "'someday' is not a date"),
        ({"Ada": {}}, ASKED, "Ada: history: is missing"),
        (BANK, {"Bob": ["?"]}, "'Bob' has no dialogues"),
        (BANK, {"Ada": "?"}, "line 1: must map a user's name to a list"),
        (BANK, {"Ada": ["?"]}, "Ada has 1 questions, but evidence is marked for 3"),
    ],
)
def test_a_wrong_file_is_named_with_the_place(write: Write, bank: object, asked: object, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_users(write(bank, asked), MARKS)


def test_evidence_that_is_not_there_is_refused(write: Write) -> None:
    other: Marks = {"Ada": [[{"day": "2023-04-28", "phrase": "san marzano"}], [], []]}
    with pytest.raises(InvalidInput, match="no round of 2023-04-28 holds 'san marzano'"):
        read_users(write(), other)


def test_a_folder_without_the_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=f"cannot read .*{DIALOGUES}"):
        read_users(tmp_path, MARKS)


FIRST, SECOND = date(2023, 4, 27), date(2023, 4, 28)
EVIDENCE = Evidence(FIRST, "tomatoes")
USER = User(
    "u",
    (
        Dialogue(FIRST, (Exchange("tomatoes", "a"), Exchange("b", "c"))),
        Dialogue(SECOND, (Exchange("d", "e"), Exchange("tomatoes", "f"))),
    ),
    (Question("q", (EVIDENCE,)),),
)


def _asked(*found: Found) -> Asked:
    return Asked(USER, USER.questions[0], found)


@pytest.mark.parametrize(
    ("found", "day", "itself"),
    [
        (Found(FIRST, "Tomatoes a"), True, True),
        (Found(FIRST, "b c"), True, False),
        (Found(SECOND, "tomatoes f"), False, False),
    ],
)
def test_a_round_hit_needs_the_day_and_the_phrase(found: Found, day: bool, itself: bool) -> None:
    asked = _asked(found)
    assert (asked.day_hit(1), asked.round_hit(1)) == (day, itself)


def test_a_hit_below_the_cut_does_not_count() -> None:
    asked = _asked(Found(SECOND, "d e"), Found(FIRST, "tomatoes a"))
    assert [asked.round_hit(k) for k in CUTS] == [False, True, True, True]


def test_chance_is_that_of_rounds_drawn_at_random() -> None:
    assert _asked().chance(1) == (0.5, 0.25)
    assert _asked().chance(3) == (1.0, 0.75)


def test_figures_have_hits_and_chance_of_both_kinds() -> None:
    figures = hit_figures([_asked(Found(FIRST, "b c")), _asked()])
    assert (figures["day/hit@1"].value, figures["round/hit@10"].value) == (0.5, 0.0)
    assert figures["day/chance@1"].value == 0.5


class _Recorder:
    """An agent that writes down what happens to it."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def recall(self, user: User, question: str, *, k: int, at: datetime) -> Sequence[Found]:
        self.steps.append(f"recall {question} {at:%m-%d}")
        return [Found(FIRST, "tomatoes a")]

    def remember(self, user: User, dialogue: Dialogue, *, rounds: int) -> int:
        self.steps.append(f"remember {rounds} of {dialogue.day:%m-%d}")
        return 2

    def forget_user(self, user: User) -> None:
        self.steps.append("forget")


def test_each_round_is_recalled_for_before_it_is_remembered() -> None:
    agent = _Recorder()
    run = run_user(agent, USER, k=5, on_step=lambda: None)
    assert agent.steps[:4] == [
        "recall tomatoes 04-27",
        "remember 1 of 04-27",
        "recall b 04-27",
        "remember 2 of 04-27",
    ]
    assert agent.steps[-2:] == ["recall q 04-29", "forget"]
    assert (run.rounds, run.thoughts, len(run.asked), run.unanswerable) == (4, 8, 1, 0)


def test_questions_come_the_day_after_the_last_dialogue() -> None:
    assert asked_on(USER).date() == date(2023, 4, 29)


@pytest.mark.parametrize(("mode", "thinking"), [(Mode.HYBRID, False), (Mode.HYBRID, True)])
def test_the_service_finds_the_rounds_of_a_user(write: Write, mode: Mode, thinking: bool) -> None:
    (ada,) = read_users(write(), MARKS)
    with open_agent(mode, thinking=thinking, embedder="hashing", cache=None) as agent:
        run = run_user(agent, ada, k=3, on_step=lambda: None)
    assert (run.thoughts > 0) is thinking
    assert (run.unanswerable, run.rounds) == (1, 3)
    assert [asked.round_hit(3) for asked in run.asked] == [True, True]


def test_what_tim_finds_are_the_rounds_of_its_thoughts(write: Write) -> None:
    (ada,) = read_users(write(), MARKS)
    with open_agent(Mode.TIM, thinking=True, embedder="hashing", cache=None) as agent:
        run = run_user(agent, ada, k=3, on_step=lambda: None)
    rounds = {f"{part.query} {part.response}" for dialogue in ada.dialogues for part in dialogue.rounds}
    assert {found.text for asked in run.asked for found in asked.found} <= rounds
