"""What poison tells the agent that reads it. For evaluation only: nothing of this may train a detector."""
