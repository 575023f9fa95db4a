"""Writes the OpenAPI document of the API to frontend/openapi.json, the source of the wire types.

Run by `make api-types`. The version is replaced by a constant, because it is that of the model and
changes with every release.
"""

import json
from pathlib import Path

from recognizer.api.server import create_server

DOCUMENT = Path(__file__).parents[2] / "frontend" / "openapi.json"


def main() -> None:
    document = create_server().openapi()
    document["info"]["version"] = "any"
    DOCUMENT.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
