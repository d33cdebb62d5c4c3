"""What derived work costs: notes a second of each background job, milliseconds of what they ask of the store."""
