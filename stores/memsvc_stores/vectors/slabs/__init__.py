"""Where stored namespaces live: slab files with a catalog, and a twin of them in memory."""
