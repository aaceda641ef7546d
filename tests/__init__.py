"""The tests. README.md, under "Working on it", says which folder holds what."""
