"""Ingest on many machines: workers read, cut and embed; one commit makes it visible."""
