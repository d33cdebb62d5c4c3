"""The official score of answers (LoCoMo's task_eval/evaluation.py), with its normalisation and quirks."""

from __future__ import annotations

import re
import string
from collections import Counter

from snowballstemmer.porter_stemmer import PorterStemmer

from memsvc_evals.locomo.conversation import Category, LocomoQuestion

__all__ = ["abstains", "answer_score", "normalise", "sub_answer_f1", "token_f1"]

_ARTICLES = re.compile(r"\b(a|an|the|and)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ABSTENTIONS = ("no information available", "not mentioned")


def normalise(text: str) -> str:
    """Return the text in lower case without punctuation, articles and `and`."""
    plain = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", plain).split())


def token_f1(prediction: str, answer: str) -> float:
    """Return the F1 of stemmed tokens as bags; 0 when either has none."""
    predicted, expected = _stems(prediction), _stems(answer)
    same = sum((Counter(predicted) & Counter(expected)).values())
    if same == 0:
        return 0.0
    precision, recall = same / len(predicted), same / len(expected)
    return 2 * precision * recall / (precision + recall)


def sub_answer_f1(prediction: str, answer: str) -> float:
    """Return the mean, over the answer's parts between commas, of the best F1 of a part of the prediction."""
    predictions = prediction.split(",")
    answers = answer.split(",")
    return sum(max(token_f1(part, wanted) for part in predictions) for wanted in answers) / len(answers)


def abstains(prediction: str) -> bool:
    """Say whether the prediction is one of the two phrases that count as declining to answer."""
    return any(phrase in prediction.lower() for phrase in _ABSTENTIONS)


def answer_score(question: LocomoQuestion, prediction: str) -> float:
    """Return the official score in [0, 1]; that of category 5 is to be reported apart.

    Category 5 is right only when the prediction abstains, whatever the file gives as an answer.
    """
    if question.category is Category.ADVERSARIAL:
        return float(abstains(prediction))
    answer = question.answer or ""
    if question.category is Category.MULTI:
        return sub_answer_f1(prediction, answer)
    if question.category is Category.OPEN:
        answer = answer.split(";")[0]
    return token_f1(prediction, answer)


def _stems(text: str) -> list[str]:
    stemmer = PorterStemmer()
    return [stemmer.stemWord(token) for token in normalise(text).split()]
