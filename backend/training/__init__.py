"""Trains and judges the model that `recognizer` serves. The only code here that imports torch."""
