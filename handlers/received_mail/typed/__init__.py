"""What of an e-mail its author typed: not what it quotes, nor what their mail program has added."""
