"""Attributes and terms of notes by rules."""
