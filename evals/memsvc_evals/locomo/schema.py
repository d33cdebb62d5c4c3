"""The official LoCoMo file, read as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import ijson

from memsvc.errors import InvalidInput
from memsvc_evals.locomo.conversation import Conversation
from memsvc_evals.locomo.parsing import parse_conversation

__all__ = ["read_conversations"]


def read_conversations(path: Path) -> Iterator[Conversation]:
    """Yield the conversations one by one; memory holds one of them, whatever the file's size.

    Raises InvalidInput that names the file, the conversation and the field.
    """
    seen: set[str] = set()
    try:
        with path.open("rb") as file:
            _require_array(file, path)
            for index, item in enumerate(ijson.items(file, "item", use_float=True)):
                where = f"{path.name}: conversation {index}"
                conversation = parse_conversation(item, where)
                if conversation.id in seen:
                    raise InvalidInput(f"{where}: sample_id: {conversation.id!r} was there before")
                seen.add(conversation.id)
                yield conversation
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error
    except (ijson.JSONError, UnicodeDecodeError) as error:
        line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InvalidInput(
            f"{path.name}: not valid JSON after {len(seen)} whole conversations ({line}); is it cut off?"
        ) from error
    if not seen:
        raise InvalidInput(f"{path.name}: holds no conversations")


def _require_array(file: IO[bytes], path: Path) -> None:
    head = file.read(64).lstrip()
    if head and not head.startswith(b"["):
        raise InvalidInput(f"{path.name}: must be the official format, one JSON array of conversations")
    file.seek(0)
