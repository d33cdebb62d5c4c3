"""Our forms as systems under test; the argument names the form."""
