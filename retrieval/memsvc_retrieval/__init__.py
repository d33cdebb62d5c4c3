"""How notes are found: keys, fusion of the arms, ranking of sessions."""
