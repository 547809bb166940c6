"""A document's text, cut into passages of whole sentences."""
