"""Links in recall: neighbourhoods, personalised PageRank over them, and thoughts that lift their sources."""
