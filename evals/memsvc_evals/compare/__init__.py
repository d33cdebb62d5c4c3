"""Two reports of one benchmark, question by question."""
