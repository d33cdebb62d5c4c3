"""Long-term memory for LLM agents: the client SDK; the service is `memsvc serve`."""
