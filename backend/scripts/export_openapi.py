"""Writes what the API says of itself to frontend/openapi.json, from which the page's types come.

Run by `make api-types`. The model's version is left out: it changes with every model.
"""

import json
from pathlib import Path

from recognizer.api.server import create_server

DOCUMENT = Path(__file__).parents[1] / "frontend" / "openapi.json"


def main() -> None:
    document = create_server().openapi()
    document["info"]["version"] = "any"
    DOCUMENT.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
