"""What measures and torments the desk on one machine; never deployed."""
