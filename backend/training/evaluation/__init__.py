"""Evaluation of the released model on the test sets, with charts and model card."""
