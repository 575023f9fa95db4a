"""The web application around the library: FastAPI app, server, Lambda handler."""
