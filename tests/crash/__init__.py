"""Crashes on purpose: real processes that die, stop or fail at a named point of the protocol."""
