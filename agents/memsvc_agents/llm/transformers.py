"""A model directory run in this process by `transformers` (extra `local`); a schema is told in the prompt only."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from memsvc.errors import LlmBadReply, LlmRefused, LlmUnavailable
from memsvc.ports.llm import ChatReply, ChatRequest, Say
from memsvc_agents.llm.offline import refuse_local_model
from memsvc_agents.llm.prompting import told_schema

__all__ = ["TransformersChat"]


@dataclass(frozen=True, slots=True)
class _Loaded:
    torch: Any
    streamer: Any
    tokenizer: Any
    model: Any


class TransformersChat:
    """Answers one request at a time; others wait. The directory is loaded at the first one, its code never run.

    `context_tokens` bounds prompt and answer together; `timeout_seconds` an answer.
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
        refuse_local_model("transformers")
        self._path = path
        self._name = name or path.name
        self._context_tokens = context_tokens
        self._threads = threads
        self._timeout = timeout_seconds
        self._clock = clock
        self._lock = Lock()
        self._loaded: _Loaded | None = None

    @property
    def name(self) -> str:
        return self._name

    def chat(self, request: ChatRequest) -> ChatReply:
        """Return one answer; raises LlmUnavailable when the model cannot be loaded, LlmRefused, LlmBadReply."""
        return self.stream(request, lambda _: None)

    def stream(self, request: ChatRequest, say: Say) -> ChatReply:
        """Return one answer after its pieces; raises as `chat` does."""
        with self._lock:
            loaded = self._loaded or self._load()
            self._loaded = loaded
            prompt = self._prompt(loaded, request)
            length = prompt["input_ids"].shape[1]
            began = self._clock()
            generated = self._generated(loaded, request, prompt, say)[length:]
        ended = len(generated) > 0 and int(generated[-1]) in _ends(loaded.model)
        if not ended and len(generated) < request.max_tokens and self._clock() - began >= self._timeout:
            raise LlmUnavailable(f"the local model did not end its answer in {self._timeout:g} s")
        text = loaded.tokenizer.decode(generated, skip_special_tokens=True)
        if not text.strip():
            raise LlmBadReply("the model's answer holds no text")
        return ChatReply(
            text=text,
            model=self._name,
            prompt_tokens=length,
            completion_tokens=len(generated),
            finish_reason="stop" if ended else "length",
        )

    def close(self) -> None:
        """Unload the model."""
        with self._lock:
            self._loaded = None

    def _load(self) -> _Loaded:
        try:
            import torch
            import transformers
        except ImportError:
            raise LlmUnavailable(
                "a model directory needs torch and transformers: pip install 'memsvc[local]'"
            ) from None
        options = {"local_files_only": True, "trust_remote_code": False}
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(self._path, **options)
            model: Any = transformers.AutoModelForCausalLM.from_pretrained(self._path, **options)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise LlmUnavailable(
                f"transformers cannot load the model directory {self._path.name} ({type(error).__name__})",
                place=str(self._path),
            ) from None
        if not tokenizer.chat_template:
            raise LlmRefused(f"the model {self._path.name} has no chat template: it is not made for conversations")
        torch.set_num_threads(self._threads)
        return _Loaded(torch, transformers.TextStreamer, tokenizer, model.eval())

    def _prompt(self, loaded: _Loaded, request: ChatRequest) -> Any:
        told = [{"role": message.role, "content": message.content} for message in told_schema(request)]
        prompt = loaded.tokenizer.apply_chat_template(
            told, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        length, room = prompt["input_ids"].shape[1], self._room(loaded.model)
        if length + request.max_tokens > room:
            raise LlmRefused(
                f"the prompt's {length} tokens and an answer of up to {request.max_tokens} are more than the "
                f"{room} of the local model's context"
            )
        return prompt

    def _room(self, model: Any) -> int:
        own = getattr(model.config, "max_position_embeddings", None)
        return min(self._context_tokens, own) if isinstance(own, int) else self._context_tokens

    def _generated(self, loaded: _Loaded, request: ChatRequest, prompt: Any, say: Say) -> Any:
        options: dict[str, Any] = {"do_sample": request.temperature > 0}
        if request.temperature > 0:
            options["temperature"] = request.temperature
        torch = loaded.torch
        with torch.inference_mode(), torch.random.fork_rng(enabled=request.seed is not None):
            if request.seed is not None:
                torch.manual_seed(request.seed)
            return loaded.model.generate(
                input_ids=prompt["input_ids"],
                attention_mask=prompt["attention_mask"],
                **options,
                max_new_tokens=request.max_tokens,
                max_time=self._timeout,
                pad_token_id=next(iter(_ends(loaded.model)), 0),
                streamer=_streamer(loaded, say),
            )[0]


def _streamer(loaded: _Loaded, say: Say) -> Any:
    """Return what transformers gives tokens to; its class can be named only once the library is loaded."""

    class Saying(loaded.streamer):  # type: ignore[misc, name-defined]
        def on_finalized_text(self, text: str, stream_end: bool = False) -> None:  # noqa: ARG002
            if text:
                say(text)

    return Saying(loaded.tokenizer, skip_prompt=True, skip_special_tokens=True)


def _ends(model: Any) -> tuple[int, ...]:
    end = model.generation_config.eos_token_id
    return () if end is None else tuple(end) if isinstance(end, list) else (end,)
