"""Answers to LongMemEval questions: from a retrieval log to a file of hypotheses."""
