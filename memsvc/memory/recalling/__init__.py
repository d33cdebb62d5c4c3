"""The parts of a recall: the question, what is looked for, and the answer."""
