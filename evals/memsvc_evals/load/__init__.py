"""Load: the same notes and vectors in this service and in its peers, measured in one interleaved run."""
