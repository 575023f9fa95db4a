"""The copy of the API's description from which the frontend's types come."""

import json

import httpx

from support.paths import ROOT


def test_frontend_copy_of_openapi_is_up_to_date(client: httpx.Client) -> None:
    served = client.get("/openapi.json").json()
    copied = json.loads((ROOT / "frontend" / "openapi.json").read_text())
    for description in (served, copied):
        del description["info"]["version"]  # the model's
    assert served == copied, "The API has changed: run `make api-types`."
