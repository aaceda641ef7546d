"""Chaos tests: kill and freeze real instances while their dependencies fail, then check what was stored and sent."""
