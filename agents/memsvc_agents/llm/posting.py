"""JSON posted to a model's endpoint: bounded in time and size, tried again, and told of in clear errors."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, NoReturn

import httpx

from memsvc.errors import LlmBadReply, LlmUnavailable
from memsvc_agents.llm.events import data_of
from memsvc_agents.llm.hang_up import HangUp, hang_up_after
from memsvc_agents.llm.offline import is_loopback, refuse_remote_host
from memsvc_agents.llm.refusals import AnswerLost, EndpointRefusal, named_fields, reason_of
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
_NOT_ASKED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.WriteError, httpx.WriteTimeout)
_MAX_ANSWER_BYTES = 8 * 2**20


class JsonEndpoint:
    """Posts to paths below a base URL; neither the headers nor what is sent or answered is in any error.

    `timeout_seconds` is for one whole try.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        timeout_seconds: float,
        retry: RetryPolicy,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        host = httpx.URL(base_url).host
        refuse_remote_host(host)
        # A proxy of the environment is for other machines: what is said to this one must not leave it.
        self._client = httpx.Client(
            base_url=base_url,
            timeout=timeout_seconds,
            transport=transport,
            trust_env=not is_loopback(host),
            limits=httpx.Limits(max_keepalive_connections=0),  # HangUp sees a connection only when it is made
        )
        self._headers = {"Content-Type": "application/json", **headers}
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
        """Return the answer's JSON; raises LlmUnavailable, EndpointRefusal or LlmBadReply."""
        return self._json(self._tried(self._post, path, _encoded(body)))

    def stream(self, path: str, body: Mapping[str, Any], take: Callable[[Any], None]) -> None:
        """Give the JSON of each server-sent event to `take`; raises as `post` does.

        A try is not repeated once something was taken. An answer in one piece counts as one event.
        """
        self._tried(self._stream, path, _encoded(body), take)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _tried(self, call: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return retrying(self._retry, self._sleep)(call, *arguments)
        except PassingFailure as error:
            kind = AnswerLost if error.lost else LlmUnavailable
            raise kind(str(error), retry_after=error.retry_after) from error

    def _post(self, path: str, body: bytes) -> bytes:
        deadline = self._clock() + self._timeout
        with hang_up_after(self._timeout) as hang_up:
            try:
                with self._opened(path, body, hang_up) as response:
                    answer = b"".join(self._pieces(response, deadline))
            except httpx.RequestError as error:
                raise self._silent(error, late=hang_up.late) from error
        if response.status_code != 200:
            self._refuse(response, answer)
        return answer

    def _stream(self, path: str, body: bytes, take: Callable[[Any], None]) -> None:
        deadline = self._clock() + self._timeout
        begun = False
        with hang_up_after(self._timeout) as hang_up:
            try:
                with self._opened(path, body, hang_up) as response:
                    for data in data_of(self._events(response, deadline)):
                        event = self._json(data)
                        begun = True
                        take(event)
            except httpx.RequestError as error:
                raise self._broken(self._silent(error, late=hang_up.late), begun=begun) from error
            except PassingFailure as failure:
                raise self._broken(failure, begun=begun) from None

    def _opened(self, path: str, body: bytes, hang_up: HangUp) -> AbstractContextManager[httpx.Response]:
        return self._client.stream(
            "POST", path, content=body, headers=self._headers, extensions={"trace": hang_up.trace}
        )

    def _events(self, response: httpx.Response, deadline: float) -> Iterator[bytes]:
        """Return the body of a stream, or of a whole answer as the only event of one."""
        pieces = self._pieces(response, deadline)
        if response.status_code != 200:
            self._refuse(response, b"".join(pieces))
        if "text/event-stream" in response.headers.get("content-type", ""):
            return pieces
        return iter([b"data: ", b"".join(pieces).replace(b"\n", b" "), b"\n"])

    def _pieces(self, response: httpx.Response, deadline: float) -> Iterator[bytes]:
        """Yield the body; the client's own time-out is only between two pieces of it."""
        length = 0
        for piece in response.iter_bytes():
            length += len(piece)
            if length > _MAX_ANSWER_BYTES:
                raise LlmBadReply(f"the model's endpoint {self.where} answers over {_MAX_ANSWER_BYTES} bytes")
            if self._clock() > deadline:
                raise self._late()
            yield piece
        if self._clock() > deadline:  # its end may be that of the connection
            raise self._late()

    def _json(self, answer: bytes) -> Any:
        try:
            return json.loads(answer)
        except (ValueError, RecursionError):
            raise LlmBadReply(
                f"the model's endpoint {self.where} answered no JSON: is the base URL right (usually .../v1)?"
            ) from None

    def _late(self) -> PassingFailure:
        told = f"the model's endpoint {self.where} did not end its answer in {self._timeout:g} s"
        return PassingFailure(told, lost=True)

    def _silent(self, error: httpx.RequestError, *, late: bool) -> PassingFailure:
        asked = not isinstance(error, _NOT_ASKED)
        if asked and (late or isinstance(error, httpx.ReadTimeout)):
            return self._late()
        told = f"the model's endpoint {self.where} does not answer: {type(error).__name__}"
        return PassingFailure(told, lost=asked)

    def _broken(self, failure: PassingFailure, *, begun: bool) -> Exception:
        return AnswerLost(f"{failure} (after it began to answer)") if begun else failure

    def _refuse(self, response: httpx.Response, answer: bytes) -> NoReturn:
        status = response.status_code
        told = f"the model's endpoint {self.where} answered {status}{reason_of(answer)}{_HINTS.get(status, '')}"
        if status in _PASSING_STATUS or status >= 500:
            raise PassingFailure(told, retry_after=asked_wait(response.headers))
        raise EndpointRefusal(told, fields=named_fields(answer) if status in (400, 422) else frozenset())


def _encoded(body: Mapping[str, Any]) -> bytes:
    # ASCII, so that half a surrogate pair in a memory does not stop the request.
    return json.dumps(body).encode("ascii")
