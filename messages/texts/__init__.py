"""The texts, one file for each language, with the same keys in each."""
