"""The measures, one idea a file. Pure functions over spans, texts and arrays."""
