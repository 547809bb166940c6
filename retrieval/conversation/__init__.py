"""What was said before a question, and what the question takes from it."""
