"""The search for triggers: words that move any question to where the poison lies."""
