"""Reports for people: one page as HTML and as Markdown, with plots."""
