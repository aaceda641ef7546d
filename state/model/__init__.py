"""Plain data that crosses borders: messages, sessions, turns, tickets, outbox rows."""
