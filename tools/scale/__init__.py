"""What an index of 10^9 notes would cost and how long its queries would take, from parts measured here."""
