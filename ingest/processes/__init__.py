"""Processes of our own for work that may hang, swell or crash."""
