"""Files that `memsvc ingest` reads, each as a stream of entries."""
