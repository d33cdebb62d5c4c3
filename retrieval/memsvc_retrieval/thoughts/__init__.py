"""Thoughts by rule: what TiM asks a language model for after a reply, without one."""
