"""From memories that were found to an answer, through a chat model."""
