"""This service as a worker: in its own process, and over REST."""
