"""Trains, calibrates and evaluates the model in `recognizer`: the only code that needs torch."""
