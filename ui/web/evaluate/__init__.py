"""The page Evaluate: gold sets that are asked, and their reports."""
