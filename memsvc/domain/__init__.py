"""The words of DESIGN section 3 as frozen types; no input or output, no third-party types."""
