"""Numbers: gold sets, metrics, runs, reports and benchmarks."""
