"""TiM's prompts: thoughts after a reply, contradictions, and the wording of merged thoughts."""
