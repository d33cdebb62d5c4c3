"""Builders of dataset folders: `memsvc eval ann-data`."""
