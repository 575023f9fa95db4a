"""Write the server's response to tests/seven.png into README.md; run by `make release`.

Probabilities are rounded, so that a person can read them.
"""

import asyncio
import json
import textwrap
from pathlib import Path
from typing import Any

from httpx import ASGITransport, AsyncClient

from recognizer.api.server import create_server
from recognizer.api.settings import Settings
from scripts.readme_tables import README, with_part

IMAGE = Path(__file__).parents[2] / "tests" / "seven.png"

BEGIN, END = "<!-- response: written by `make release` -->", "<!-- end of response -->"

WIDTH = 120

DECIMALS = 3


def main() -> None:
    response = json.dumps(asyncio.run(predict(IMAGE.read_bytes())))
    wrapped = textwrap.fill(response, WIDTH, break_long_words=False, break_on_hyphens=False)
    part = f"```json\n{wrapped}\n```"
    readme = with_part(README.read_text(encoding="utf-8"), BEGIN, part, END)
    README.write_text(readme, encoding="utf-8")


async def predict(image: bytes) -> dict[str, Any]:
    """Return the server's response to a PNG, rounded."""
    transport = ASGITransport(create_server(Settings()))
    async with AsyncClient(transport=transport, base_url="http://server") as client:
        sent = {"content-type": "image/png"}
        response = await client.post("/predict", content=image, headers=sent)
    document: dict[str, Any] = json.loads(
        response.raise_for_status().text, parse_float=lambda text: round(float(text), DECIMALS)
    )
    return document


if __name__ == "__main__":
    main()
