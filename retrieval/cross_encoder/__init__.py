"""The cross-encoder: a network that reads a question and a passage together."""
