"""Background work from the job queue."""
