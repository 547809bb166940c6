"""The passages that are nearest to a question, by meaning and by words."""
