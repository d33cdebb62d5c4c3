"""A-MEM's two prompts: what a note is about, and what it has to do with its neighbours."""
