"""The protocol of turns and outbox: what must hold, and what happens when a piece of it is taken out."""
