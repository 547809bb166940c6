"""Folders and files: what there is, what changed, and what is in it."""
