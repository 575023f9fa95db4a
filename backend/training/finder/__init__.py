"""The finder: the network that tells the ink of digits from the rest of a picture."""
