"""What tests share: fixtures, helpers and hand-written fakes."""
