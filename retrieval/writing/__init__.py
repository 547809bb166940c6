"""Written answers: a model writes, and every sentence is checked against the quotes it cites."""
