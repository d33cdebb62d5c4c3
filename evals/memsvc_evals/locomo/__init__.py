"""LoCoMo: retrieval of evidence turns, and the official answer score."""
