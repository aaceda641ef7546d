"""Chaos: real processes that are killed and frozen while dependencies fail, and a judge who compares what is left."""
