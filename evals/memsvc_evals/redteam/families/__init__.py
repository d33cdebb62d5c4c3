"""The families of attack, each in a module of its own."""
