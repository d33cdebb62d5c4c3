"""The command line: thin commands over the SDK and the composition root; heavy imports inside commands."""
