"""Answers and documents as plain text: what the terminal, Markdown and the pages share."""
