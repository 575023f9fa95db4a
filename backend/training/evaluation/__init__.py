"""The evaluation of the released model on the test sets, with its charts and model card."""
