"""The official LongMemEval file, read as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.question import Question, parse_question

__all__ = ["Question", "read_questions"]


def read_questions(path: Path) -> Iterator[Question]:
    """Yield the questions one by one; memory holds one haystack, whatever the file's size.

    Raises InvalidInput that names the file, the question and the field.
    """
    seen: set[str] = set()
    try:
        with path.open("rb") as file:
            for index, item in enumerate(ijson.items(_an_array(file, path), "item", use_float=True)):
                question = parse_question(item, f"{path.name}: question {index}")
                if question.id in seen:
                    raise InvalidInput(
                        f"{path.name}: question {index}: question_id: {question.id!r} was there before"
                    )
                seen.add(question.id)
                yield question
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error
    except (ijson.JSONError, UnicodeDecodeError) as error:
        place = f"after {len(seen)} whole questions"
        raise InvalidInput(
            f"{path.name}: not valid JSON {place} ({_first_line(error)}); is it cut off?"
        ) from error
    if not seen:
        raise InvalidInput(f"{path.name}: holds no questions")


def _an_array(file: Any, path: Path) -> Any:
    head = file.read(64).lstrip()
    if head and not head.startswith(b"["):
        raise InvalidInput(f"{path.name}: must be the official format, one JSON array of questions")
    file.seek(0)
    return file


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
