"""One adapter per peer; they run in the peers' own environments and see nothing else of ours."""
