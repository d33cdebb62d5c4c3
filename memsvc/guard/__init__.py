"""Origin and trust (pure functions); detection and quarantine join them here."""
