"""Key extraction by a language model: the slots that the rules fill, filled from prompts."""
