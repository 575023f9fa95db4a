"""The web application around the library: a FastAPI app, its server and its AWS Lambda handler."""
