"""Settings, read once from the environment (prefix MEMSVC_) and frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["EmbedderSettings", "GuardSettings", "LlmSettings", "RerankerSettings", "Settings"]


class EmbedderSettings(BaseModel):
    """Which embedder; MEMSVC_EMBEDDER__KIND and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["onnx", "hashing", "sentence-transformers", "openai"] = "onnx"
    path: Path | None = None
    url: str | None = None
    model: str | None = None
    dimension: int | None = Field(default=None, ge=2, le=8192)
    api_key: SecretStr | None = None
    threads: int = Field(default=1, ge=1, le=64)
    query_cache: int = Field(default=1024, ge=0)
    text_cache: int = Field(default=4096, ge=1)
    daily_characters: int | None = Field(default=None, ge=1)


class RerankerSettings(BaseModel):
    """Which cross-encoder; MEMSVC_RERANKER__PATH and so on. Without a path there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path | None = None
    depth: int = Field(default=30, ge=5, le=200)
    tokens: int = Field(default=256, ge=32, le=8192)
    threads: int = Field(default=1, ge=1, le=64)


class LlmSettings(BaseModel):
    """Which language model, its prices and budgets; MEMSVC_LLM__KIND and so on. `none`: rules do everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["none", "openai", "anthropic", "gguf", "transformers"] = "none"
    url: str | None = None
    model: str | None = None
    api_key: SecretStr | None = None
    path: Path | None = None
    timeout: float = Field(default=120, gt=0, le=3600)
    attempts: int = Field(default=3, ge=1, le=10)
    context_tokens: int = Field(default=8192, ge=256, le=1_048_576)
    threads: int = Field(default=1, ge=1, le=64)
    prompt_price: float = Field(default=0, ge=0, allow_inf_nan=False)
    completion_price: float = Field(default=0, ge=0, allow_inf_nan=False)
    call_prompt_tokens: int = Field(default=16_000, ge=100)
    call_completion_tokens: int = Field(default=4_000, ge=10)
    daily_tokens: int | None = Field(default=None, ge=0)
    daily_cost: float | None = Field(default=None, ge=0)
    tenant_daily_tokens: int | None = Field(default=None, ge=0)
    tenant_daily_cost: float | None = Field(default=None, ge=0)
    cache: bool = True
    cache_days: int = Field(default=30, ge=1)
    offline: bool = False


class GuardSettings(BaseModel):
    """How the guard works where a namespace's policy does not say; MEMSVC_GUARD__LEVEL and so on.

    Without `model` the packaged one is used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal["strict", "balanced", "off"] = "balanced"
    model: Path | None = None


class Settings(BaseSettings):
    """The service's settings; every one is documented in docs/settings.md."""

    model_config = SettingsConfigDict(
        env_prefix="MEMSVC_", env_nested_delimiter="__", frozen=True, extra="forbid", secrets_dir=None
    )

    data_dir: Path = Path("memsvc-data")
    database_url: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8800, ge=0, le=65535)
    auth: Literal["auto", "keys", "off"] = "auto"
    embedder: EmbedderSettings = EmbedderSettings()
    reranker: RerankerSettings = RerankerSettings()
    llm: LlmSettings = LlmSettings()
    guard: GuardSettings = GuardSettings()
    index_memory_bytes: int = Field(default=256 * 2**20, ge=2**20)
    index_save_rows: int = Field(default=1024, ge=1)
    index_exact_keys: int = Field(default=512, ge=0)
    index_flat_keys: int = Field(default=131_072, ge=1)
    recall_depth: int = Field(default=200, ge=10, le=100_000)
    fusion: Literal["blend", "rrf"] = "blend"
    time_ranges: Literal["off", "boost", "prune"] = "boost"
    recall_thoughts: Literal["fold", "notes"] = "fold"
    recall_links: Literal["on", "off"] = "on"
    rrf_k: float = Field(default=10.0, gt=0)
    keys: Literal["text", "told", "expanded"] = "told"
    max_body_bytes: int = Field(default=8 * 2**20, ge=1024)
    max_content_chars: int = Field(default=200_000, ge=100)
    threads: int = Field(default=8, ge=1, le=256)
    max_connections: int = Field(default=1024, ge=1)
    database_timeout: float = Field(default=5.0, gt=0)
    worker: Literal["in-process", "separate"] = "in-process"
    worker_threads: int = Field(default=1, ge=1, le=64)
    job_max_seconds: float = Field(default=3600.0, gt=0)
    cursor_secret: SecretStr | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    shutdown_seconds: int = Field(default=20, ge=1)
