"""The packaged model, loaded once."""

from __future__ import annotations

import pytest

from memsvc.guard.model_file import GuardModel, load_model


@pytest.fixture(scope="session")
def guard_model() -> GuardModel:
    return load_model()
