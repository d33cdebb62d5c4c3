"""What the text of a question alone says about how to answer it."""
