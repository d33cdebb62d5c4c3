"""LongMemEval: the official file, corpora, metrics and averages, and a runner over the service."""
