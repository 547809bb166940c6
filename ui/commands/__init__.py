"""The commands, a module for each kind; ``pincite.ui.cli`` hangs them together."""
