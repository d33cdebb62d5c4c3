"""The dialogues and probing questions that TiM calls GVD (MemoryBank, English)."""
