"""Claims that a language model might write, honest and false: the check is measured on them."""
