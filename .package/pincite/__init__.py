"""Question your own documents and get verbatim, checked quotes, each at its exact place."""

import os

# From 1.29 on, ONNX Runtime reports to its maker unless this is set before it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
