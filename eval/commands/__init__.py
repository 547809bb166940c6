"""The commands of ``pincite eval`` beside the measuring of a gold set."""
