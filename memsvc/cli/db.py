"""`memsvc db`: the schema of the database."""
