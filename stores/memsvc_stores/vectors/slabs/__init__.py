"""Where stored namespaces lie: slab files of pages, a catalog of what is where, and a twin in memory for tests."""
