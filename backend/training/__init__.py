"""Training and evaluation of the model: the only code that needs torch."""
