"""Judging LongMemEval answers: the rules by type, the official result file, and the accuracies."""
