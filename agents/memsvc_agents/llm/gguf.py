"""A GGUF file run in this process by llama.cpp (`xllamacpp`, optional); a grammar holds JSON to its schema."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from memsvc.errors import LlmBadReply, LlmRefused, LlmUnavailable
from memsvc.ports.llm import ChatReply, ChatRequest, Say
from memsvc_agents.llm.completions import Assembly, Dialect, body_of
from memsvc_agents.llm.offline import refuse_local_model

__all__ = ["GgufChat"]


class GgufChat:
    """Answers one request at a time; others wait. The file is loaded at the first one.

    `context_tokens` bounds prompt and answer together; `timeout_seconds` an answer, once its prompt is read.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str | None = None,
        context_tokens: int = 8192,
        threads: int = 1,
        timeout_seconds: float = 120,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        refuse_local_model("GGUF")
        self._path = path
        self._name = name or path.stem
        self._context_tokens = context_tokens
        self._threads = threads
        self._timeout = timeout_seconds
        self._clock = clock
        self._lock = Lock()
        self._server: Any = None

    @property
    def name(self) -> str:
        return self._name

    def chat(self, request: ChatRequest) -> ChatReply:
        """Return one answer; raises LlmUnavailable when the file cannot be loaded, LlmRefused, LlmBadReply."""
        return self.stream(request, lambda _: None)

    def stream(self, request: ChatRequest, say: Say) -> ChatReply:
        """Return one answer after its pieces; raises as `chat` does."""
        with self._lock:
            if self._server is None:
                self._server = self._loaded()
            answer = _Answer(Assembly(self._name, say), self._clock, self._clock() + self._timeout)
            body = body_of(self._name, request, Dialect(), stream=True)
            try:
                self._server.handle_chat_completions(body, answer.take)
            except (ValueError, RuntimeError) as error:
                # Its text may repeat the prompt.
                raise LlmRefused(f"llama.cpp refuses the request ({type(error).__name__})") from None
        return answer.reply(self._timeout)

    def close(self) -> None:
        """Unload the model."""
        with self._lock:
            self._server = None

    def _loaded(self) -> Any:
        try:
            import xllamacpp
        except ImportError:
            raise LlmUnavailable("a GGUF model needs xllamacpp: pip install 'memsvc[gguf]'") from None
        if not self._path.is_file():
            raise LlmUnavailable(f"there is no GGUF file {self._path.name}", place=str(self._path))
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self._path)
        parameters.model_alias = {self._name}
        parameters.n_ctx = self._context_tokens
        parameters.n_parallel = 1
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = self._threads
        parameters.verbosity = -1
        # It also listens on a free port of the loopback; without the key nobody else gets an answer there.
        parameters.hostnames = ["127.0.0.1"]
        parameters.api_keys = [secrets.token_hex(16)]
        parameters.endpoint_slots = False
        try:
            return xllamacpp.Server(parameters)
        except (RuntimeError, ValueError, OSError) as error:
            raise LlmUnavailable(
                f"llama.cpp cannot load {self._path.name} ({type(error).__name__}): is it a GGUF file, and is "
                f"there memory for {self._context_tokens} tokens of context?",
                place=str(self._path),
            ) from None


class _Answer:
    """Takes the chunks of one answer; llama.cpp swallows what its callback raises, so that it is kept here."""

    def __init__(self, assembly: Assembly, clock: Callable[[], float], deadline: float) -> None:
        self._assembly = assembly
        self._clock = clock
        self._deadline = deadline
        self._late = False
        self._refusal: LlmRefused | None = None
        self._failure: BaseException | None = None

    def take(self, chunk: Any) -> bool:
        """Take a chunk; True ends the answer."""
        if self._clock() > self._deadline:
            self._late = True
            return True
        if isinstance(chunk, dict) and "error" in chunk:
            self._refusal = _refusal(chunk["error"])
            return True
        try:
            self._assembly.take(chunk)
        except BaseException as error:  # noqa: BLE001 (raised again in `reply`, in the caller's own frame)
            self._failure = error
            return True
        return False

    def reply(self, timeout: float) -> ChatReply:
        if self._failure is not None:
            raise self._failure
        if self._refusal is not None:
            raise self._refusal
        if self._late:
            raise LlmUnavailable(f"the local model did not end its answer in {timeout:g} s")
        reply = self._assembly.reply()
        if not reply.text:
            raise LlmBadReply("the model's answer holds no text")
        return reply


def _refusal(error: Any) -> LlmRefused:
    kind = error.get("type") if isinstance(error, dict) else None
    if kind == "exceed_context_size_error":
        return LlmRefused(
            f"the prompt has {error.get('n_prompt_tokens')} tokens, more than the {error.get('n_ctx')} of the "
            "local model's context: raise MEMSVC_LLM__CONTEXT_TOKENS, or send less"
        )
    return LlmRefused("llama.cpp refuses the request")
