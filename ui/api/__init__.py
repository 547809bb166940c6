"""The HTTP interface: the same engine and the same answers as every other face."""
