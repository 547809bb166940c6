"""The page Ask: a conversation, and the evidence beside it."""
