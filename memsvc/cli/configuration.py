"""Settings of a command: the environment, with its options on top."""

from __future__ import annotations

import os
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from memsvc.errors import FieldError, InvalidInput

if TYPE_CHECKING:
    from memsvc.settings import Settings

__all__ = ["load_settings"]

_PREFIX = "MEMSVC_"
_OF_THE_COMMAND_LINE = frozenset({"MEMSVC_URL", "MEMSVC_API_KEY"})
_FOR_TESTS = "MEMSVC_TEST_"


def load_settings(**overrides: Any) -> Settings:
    """Return the settings; an override of None leaves the environment's value.

    Raises InvalidInput that names the wrong setting, an unknown MEMSVC_ variable included.
    """
    from pydantic import ValidationError

    from memsvc.settings import Settings
    from memsvc.wire.wording import wording

    _refuse_unknown(os.environ.keys())
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        wrong = [
            FieldError("/" + "/".join(map(str, e["loc"])), _variable(e["loc"]) + ": " + wording(e))
            for e in error.errors(include_input=False, include_url=False)
        ]
        raise InvalidInput(
            "wrong setting " + "; ".join(w.message for w in wrong) + "; see docs/settings.md", errors=wrong
        ) from error


def setting_names() -> list[str]:
    """Return the environment variable of every setting."""
    from pydantic import BaseModel

    from memsvc.settings import EmbedderSettings, GuardSettings, LlmSettings, RerankerSettings, Settings

    groups: dict[str, type[BaseModel]] = {
        "embedder": EmbedderSettings,
        "guard": GuardSettings,
        "reranker": RerankerSettings,
        "llm": LlmSettings,
    }
    plain = [_PREFIX + name.upper() for name in Settings.model_fields if name not in groups]
    return plain + [
        f"{_PREFIX}{group}__{name}".upper() for group, model in groups.items() for name in model.model_fields
    ]


def _variable(location: tuple[int | str, ...]) -> str:
    return _PREFIX + "__".join(str(part).upper() for part in location)


def _refuse_unknown(names: Any) -> None:
    groups = (_PREFIX + name for name in ("EMBEDDER", "GUARD", "LLM", "RERANKER"))
    known = {*setting_names(), *_OF_THE_COMMAND_LINE, *groups}
    for name in names:
        upper = name.upper()
        if not upper.startswith(_PREFIX) or upper.startswith(_FOR_TESTS) or upper in known:
            continue
        near = get_close_matches(upper, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise InvalidInput(f"unknown setting {name} in the environment{hint} (see docs/settings.md)")
