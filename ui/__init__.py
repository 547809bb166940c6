"""People and the product: command line and chat."""
