"""Vector indexes: projections of the vectors in SQL that can be verified against it and rebuilt from it.

`tiered` has the index of the service; the packages beside it are its parts.
"""
