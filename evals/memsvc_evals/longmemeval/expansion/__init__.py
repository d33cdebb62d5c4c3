"""Key expansion: cached extractions joined to the documents of a question, in the official or the clean way."""
