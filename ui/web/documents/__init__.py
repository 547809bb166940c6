"""The page of one document, to which links to quotes lead."""
