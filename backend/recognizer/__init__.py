"""Reads handwritten digits: decoding, preprocessing, classification and the API around them."""
