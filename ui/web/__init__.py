"""The chat in a browser."""

import os

# Gradio reports its use to its makers unless it is told not to before it is imported.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
