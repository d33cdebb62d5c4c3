"""The runner over REST: the same ranking as in process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memsvc.api import create_app
from memsvc.app import build
from memsvc.client import Client
from memsvc.client.testing import in_process_transport
from memsvc.domain.recall import Mode
from memsvc.settings import Settings
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_evals.longmemeval.in_process import open_service_retriever
from memsvc_evals.longmemeval.over_rest import RestMemory
from memsvc_evals.longmemeval.run import Outcome, one_by_one, run_questions
from memsvc_evals.longmemeval.schema import read_questions
from memsvc_evals.longmemeval.service_retriever import ServiceRetriever


def run_file(path: Path, retriever: ServiceRetriever) -> list[Outcome]:
    return list(run_questions(read_questions(path), one_by_one(retriever)))


@pytest.fixture
def rest_client(tmp_path: Path) -> Iterator[Client]:
    settings = Settings(data_dir=tmp_path, auth="off")
    with build(settings, embedder=HashingEmbedder()) as parts:
        app = create_app(parts.service, parts.storage, settings, embedder=parts.embedder)
        with Client(transport=in_process_transport(app)) as client:
            yield client


def test_ranking_over_rest_equals_that_in_process(three_file: Path, rest_client: Client) -> None:
    over_rest = run_file(three_file, ServiceRetriever(RestMemory(rest_client, "hybrid")))
    with open_service_retriever(Mode.HYBRID, embedder="hashing", cache=None) as retriever:
        in_process = run_file(three_file, retriever)
    assert [(o.run.sessions, o.run.turns) for o in over_rest] == [
        (o.run.sessions, o.run.turns) for o in in_process
    ]


def test_namespaces_are_erased_again(three_file: Path, rest_client: Client) -> None:
    run_file(three_file, ServiceRetriever(RestMemory(rest_client, "lexical")))
    assert list(rest_client.namespaces()) == []
