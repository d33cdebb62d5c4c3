"""JSON posted to a model's endpoint: bounded in time and size, tried again, and told of in clear errors."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from memsvc.errors import LlmBadReply, LlmRefused, LlmUnavailable
from memsvc_agents.retrying import PassingFailure, RetryPolicy, asked_wait, retrying

__all__ = ["JsonEndpoint"]

_PASSING_STATUS = frozenset({408, 409, 425, 429})
_HINTS = {
    400: ": does the request fit the model (its length, its options)?",
    401: ": check the API key",
    403: ": check the API key",
    404: ": check the base URL (it usually ends in /v1) and the model's name",
    413: ": the request is too long",
}
_MAX_ANSWER_BYTES = 8 * 2**20
# The reasons that endpoints give as identifiers; free text may repeat what was sent and is not shown.
_IDENTIFIER = re.compile(r"[a-z]+(_[a-z]+)+")


class JsonEndpoint:
    """Posts to paths below a base URL; neither the key nor what is sent or answered is in any error."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str,
        timeout_seconds: float,
        retry: RetryPolicy,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=timeout_seconds, transport=transport)
        self._headers = {"Content-Type": "application/json"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._timeout = timeout_seconds
        self._retry = retry
        self._sleep = sleep
        self._clock = clock

    @property
    def where(self) -> str:
        """Return the base URL without what may be secret in it."""
        url = self._client.base_url
        port = f":{url.port}" if url.port else ""
        return f"{url.scheme}://{url.host}{port}{url.path}"

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the answer's JSON; raises LlmUnavailable, LlmRefused or LlmBadReply."""
        try:
            # ASCII, so that half a surrogate pair in a memory does not stop the request.
            answer = retrying(self._retry, self._sleep)(self._post, path, json.dumps(body).encode("ascii"))
        except PassingFailure as error:
            raise LlmUnavailable(str(error), retry_after=error.retry_after) from error
        try:
            return json.loads(answer)
        except (ValueError, RecursionError):
            raise LlmBadReply(
                f"the model's endpoint {self.where} answered no JSON: is the base URL right (usually .../v1)?"
            ) from None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _post(self, path: str, body: bytes) -> bytes:
        deadline = self._clock() + self._timeout
        try:
            with self._client.stream("POST", path, content=body, headers=self._headers) as response:
                answer = self._whole(response, deadline)
        except httpx.RequestError as error:
            raise PassingFailure(
                f"the model's endpoint {self.where} does not answer: {type(error).__name__}"
            ) from error
        status = response.status_code
        if status in _PASSING_STATUS or status >= 500:
            raise PassingFailure(self._refusal(status, answer), retry_after=asked_wait(response.headers))
        if status != 200:
            raise LlmRefused(self._refusal(status, answer))
        return answer

    def _whole(self, response: httpx.Response, deadline: float) -> bytes:
        """Read the body; the client's own time-out is only between two pieces of it."""
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > _MAX_ANSWER_BYTES:
                raise LlmBadReply(f"the model's endpoint {self.where} answers over {_MAX_ANSWER_BYTES} bytes")
            if self._clock() > deadline:
                raise PassingFailure(
                    f"the model's endpoint {self.where} did not end its answer in {self._timeout:g} s"
                )
        return bytes(body)

    def _refusal(self, status: int, answer: bytes) -> str:
        return f"the model's endpoint {self.where} answered {status}{_reason(answer)}{_HINTS.get(status, '')}"


def _reason(answer: bytes) -> str:
    try:
        error = json.loads(answer)["error"]
        given = [error.get("code"), error.get("type")]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return ""
    known = [reason for reason in given if isinstance(reason, str) and _IDENTIFIER.fullmatch(reason)]
    return f" ({known[0]})" if known else ""
