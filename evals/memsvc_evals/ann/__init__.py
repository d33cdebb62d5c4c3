"""Approximate nearest neighbours: the vector index against the systems that people would install instead."""
