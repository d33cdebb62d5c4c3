"""all-MiniLM-L6-v2 as an ONNX graph, written node by node from its weights."""
