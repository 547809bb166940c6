"""The sentences that answer, and the quotes made of them."""
