"""The commands, a module for each kind; ``ui.cli`` hangs them together."""
