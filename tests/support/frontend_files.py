"""What the page is made of that the API's tests serve: the real one need not be built for them."""

INDEX = "<!doctype html><title>Draw a digit</title>"
SCRIPT = "console.log('drawn');\n" * 100
