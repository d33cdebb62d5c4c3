"""`memsvc demo`: a short conversation stored and found again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from memsvc.cli import options
from memsvc.cli.answers import lines_of
from memsvc.cli.configuration import load_settings
from memsvc.cli.connection import Target, connected
from memsvc.cli.output import report
from memsvc.cli.serve import Host, Port, run_service

if TYPE_CHECKING:
    from memsvc.wire import RecallResponse

__all__ = ["CONVERSATION", "QUESTIONS", "demo"]

NAMESPACE = "demo"
QUESTIONS = ("What is my dog called?", "Which trip am I planning?", "Which food must I avoid?")
CONVERSATION: tuple[dict[str, Any], ...] = (
    {
        "id": "demo-1",
        "started_at": "2024-03-02T18:04:00Z",
        "turns": [
            {
                "role": "user",
                "content": "We adopted a puppy today! She is a border collie and we named her Pixel.",
            },
            {"role": "assistant", "content": "Congratulations! Border collies need a lot of exercise."},
            {"role": "user", "content": "I work from home on Tuesdays, so I will take her running then."},
            {"role": "assistant", "content": "Short runs at first; her joints are still growing."},
        ],
    },
    {
        "id": "demo-2",
        "started_at": "2024-04-11T09:30:00Z",
        "turns": [
            {"role": "user", "content": "I am planning two weeks in Hokkaido in October, mostly for hiking."},
            {"role": "assistant", "content": "Daisetsuzan has its autumn colours early; go in late September."},
            {"role": "user", "content": "Suggest restaurants there. I am allergic to shellfish."},
            {
                "role": "assistant",
                "content": "Try soup curry in Sapporo, and always mention the shellfish allergy.",
            },
        ],
    },
)


def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Run the service afterwards.")] = False,
    host: Host = None,
    port: Port = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Store a short conversation in the namespace `demo`, and recall from it."""
    from memsvc.wire import NewSession

    with connected(Target(url, api_key, data_dir), namespace=NAMESPACE) as client:
        outcomes = client.remember_sessions([NewSession.model_validate(each) for each in CONVERSATION])
        answers = {question: client.recall(question, k=1) for question in QUESTIONS}
    result = {
        "stored": [outcome.model_dump(mode="json") for outcome in outcomes],
        "recalled": {question: answer.model_dump(mode="json") for question, answer in answers.items()},
    }
    report(result, _lines([outcome.status for outcome in outcomes], answers), as_json=json)
    if serve:
        run_service(load_settings(host=host, port=port, data_dir=data_dir), as_json=json)


def _lines(statuses: list[str], answers: dict[str, RecallResponse]) -> Iterator[str]:
    yield f"Stored {len(statuses)} sessions in the namespace `{NAMESPACE}` ({', '.join(statuses)})."
    for question, answer in answers.items():
        yield f"> {question}"
        yield from (f"  {line}" for line in lines_of(answer))
