"""Speed, memory, and how well files are read."""
