"""The use cases; they know only ports, the domain and the guard."""
