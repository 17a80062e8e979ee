"""Measurements against docs/targets.md: ratios inside one run, written to RESULTS.md."""
