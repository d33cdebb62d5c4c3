"""Peers: one small worker script each, run in an environment of its own; they import only this folder."""
