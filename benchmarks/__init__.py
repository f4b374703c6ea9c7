"""Ratios against the limit and against the usual way, each beside its own A/A control: `./run bench`."""
