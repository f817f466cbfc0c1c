"""The benchmarks: what the work takes, as ratios to what others take for the same, in one run."""
