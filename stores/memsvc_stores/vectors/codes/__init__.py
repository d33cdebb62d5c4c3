"""Vectors as codes of four bits per three dimensions: rotation, codebook, packing and scan."""
