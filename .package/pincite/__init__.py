"""Question your own documents and get verbatim, checked quotes, each at its exact place."""
