"""By which texts a note can be found."""
