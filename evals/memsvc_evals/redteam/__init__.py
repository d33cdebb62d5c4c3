"""The red team: attacks on a memory and how far they come. Nothing that serves ever imports this package."""
