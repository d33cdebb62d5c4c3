"""Parts of the composition root: settings in, adapters behind their ports out."""
