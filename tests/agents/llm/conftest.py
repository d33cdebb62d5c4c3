from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.chat_endpoint import StubEndpoint, chat_endpoint


@pytest.fixture
def endpoint() -> Iterator[StubEndpoint]:
    """Yield a chat endpoint on the loopback without answers yet."""
    with chat_endpoint() as stub:
        yield stub
