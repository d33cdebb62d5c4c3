"""A chat agent with a long-term memory: TiM's loop of recall, answer, post-think."""
