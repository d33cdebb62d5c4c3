"""What the use cases need from the outside, as Protocols met structurally by adapters."""
