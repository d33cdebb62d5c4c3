"""Time expressions in English text and the time that a question asks about, by rules alone."""
