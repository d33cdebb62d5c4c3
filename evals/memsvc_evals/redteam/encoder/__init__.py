"""The attacker's copy of the service's encoder, with gradients."""
