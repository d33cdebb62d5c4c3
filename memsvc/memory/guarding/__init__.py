"""The guard in the life of notes: checks before they are stored, probes after, review, audit, scans, rollback."""
