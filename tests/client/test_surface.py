"""The public surface: names, twins, and what an import costs."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import memsvc
from memsvc import client, wire
from memsvc.client import AsyncClient, Client, ItemOptions, RecallOptions, SessionOptions, testing

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("module", [memsvc, client, testing, wire], ids=lambda m: m.__name__)
def test_public_names_exist_and_are_listed_once(module: object) -> None:
    names = module.__all__  # type: ignore[attr-defined]
    assert [name for name in names if not hasattr(module, name)] == []
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("module", [memsvc, client, testing], ids=lambda m: m.__name__)
def test_public_names_are_sorted(module: object) -> None:
    names = module.__all__  # type: ignore[attr-defined]
    assert names == sorted(names, key=lambda name: (name.startswith("__"), name))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Server'"):
        memsvc.Server  # noqa: B018


def test_the_synchronous_client_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools/make_sync_client.py", "--check"])
    assert done.returncode == 0, "run tools/make_sync_client.py"


def _public(kind: type) -> dict[str, inspect.Signature]:
    members = inspect.getmembers(kind, inspect.isfunction)
    return {name: inspect.signature(member) for name, member in members if not name.startswith("_")}


def test_both_clients_have_the_same_methods_and_parameters() -> None:
    twins = {name: list(signature.parameters) for name, signature in _public(AsyncClient).items()}
    assert {name: list(signature.parameters) for name, signature in _public(Client).items()} == twins


def test_every_public_method_is_documented() -> None:
    assert [name for name in _public(Client) if not inspect.getdoc(getattr(Client, name))] == []


@pytest.mark.parametrize(
    ("options", "model", "apart"),
    [
        (RecallOptions, wire.RecallRequest, {"query"}),
        (ItemOptions, wire.NewItem, {"content"}),
        (SessionOptions, wire.NewSession, {"turns"}),
    ],
)
def test_options_are_the_fields_of_the_request(options: type, model: type[wire.Note], apart: set[str]) -> None:
    assert set(options.__annotations__) == set(model.model_fields) - apart


IMPORTS = """
import sys, time
SERVER = {"fastapi", "starlette", "sqlalchemy", "numpy", "typer", "onnxruntime", "pydantic_settings"}
def loaded():
    return {name.partition(".")[0] for name in sys.modules}
began = time.process_time()
import memsvc
print(time.process_time() - began < 0.5, sorted(loaded() & SERVER | loaded() & {"httpx", "pydantic"}))
memsvc.Client
print(sorted(loaded() & SERVER))
"""


def test_importing_the_sdk_loads_no_server_library() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["True []", "[]"]
