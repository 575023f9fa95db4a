"""Training data: data sets, sources of samples, their augmentation and its cache."""
