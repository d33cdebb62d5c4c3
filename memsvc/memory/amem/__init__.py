"""A-MEM: attributes of notes, links between them, and evolution of what stands near a new one."""
