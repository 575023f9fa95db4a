"""The page's types come from what the API says of itself: the copy must not fall behind."""

import json

import httpx

from support.paths import ROOT


def test_the_pages_copy_is_what_the_api_says_of_itself(client: httpx.Client) -> None:
    said = client.get("/openapi.json").json()
    copied = json.loads((ROOT / "frontend" / "openapi.json").read_text())
    for document in (said, copied):
        del document["info"]["version"]  # the model's
    assert said == copied, "The API has changed: run `make api-types`."
