"""Pages and files from the web, fetched only where a person allows it."""
