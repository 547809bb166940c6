"""Questions about the documents themselves: what one is about, and which there are."""
