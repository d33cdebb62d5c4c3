"""The flat form: one code per row, all of them scanned, the best rows scored exactly."""
