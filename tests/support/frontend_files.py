"""A stand-in for the built frontend, so that tests need no frontend build."""

INDEX = "<!doctype html><title>Draw a digit</title>"
SCRIPT = "console.log('drawn');\n" * 100
