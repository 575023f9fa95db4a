"""The page /docs: the API's OpenAPI document as HTML, without anything from a third party.

It renders as much of OpenAPI as the application uses.
"""

import re
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from recognizer.api.static import SECURITY_HEADERS

MEDIA_TYPES = {"style.css": "text/css", "try.js": "text/javascript"}
"""The files that the page loads, with their content types."""

HEADERS = {**SECURITY_HEADERS, "cache-control": "no-cache"}

Schema = dict[str, Any]


def page_response(request: Request) -> Response:
    """Return the page, with links that also work below a path of a proxy."""
    raw_path = request.scope.get("raw_path") or b""
    files = "" if raw_path.endswith(b"/") else "docs/"
    return HTMLResponse(page(request.app.openapi(), files), headers=HEADERS)


def file_response(name: str) -> Response:
    """Return a file of the page; raise HTTPException if there is none of that name."""
    if name not in MEDIA_TYPES:
        raise HTTPException(404)
    return Response(read(name), media_type=MEDIA_TYPES[name], headers=HEADERS)


@cache
def read(name: str) -> bytes:
    """Return the content of a file in this folder."""
    return (Path(__file__).parent / name).read_bytes()


def page(document: Schema, files: str) -> str:
    """Render an OpenAPI document; `files` is the path from the page to its files."""
    operations = [
        operation_section(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    models = [
        f'<section id="{name}"><h2>{name}</h2>{text(schema.get("description", ""))}'
        f"{fields(schema)}</section>"
        for name, schema in document["components"]["schemas"].items()
        if not name.startswith(("HTTPValidationError", "ValidationError"))
    ]
    info = document["info"]
    openapi = "openapi.json" if files else "../openapi.json"
    return f"""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>{escape(info["title"])}: API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="{files}style.css">
    <script type="module" src="{files}try.js"></script>
  </head>
  <body>
    <main>
      <h1>{escape(info["title"])}: API</h1>
      {text(info["description"])}
      <p>Model {escape(info["version"])} · <a href="{openapi}">OpenAPI</a></p>
      {"".join(operations + models)}
    </main>
  </body>
</html>
"""


def operation_section(method: str, path: str, operation: Schema) -> str:
    """Render one operation: its parameters, body and responses."""
    parts = [
        f'<section id="{method}-{path.strip("/")}"><h2>{method.upper()} {escape(path)}</h2>',
        text(operation.get("description", "")),
    ]
    if parameters := operation.get("parameters"):
        rows = [
            (code(item["name"]), kind(item["schema"]), text(item.get("description", "")))
            for item in parameters
        ]
        parts += ["<h3>Parameters</h3>", table(("name", "type", ""), rows)]
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = content["schema"]
        body = fields(schema) if "properties" in schema else text("The file itself.")
        parts += [f"<h3>Body: {code(media_type)}</h3>", body]
    rows = [
        (code(status), contents(response), text(response["description"]))
        for status, response in operation["responses"].items()
    ]
    parts += ["<h3>Responses</h3>", table(("status", "content", ""), rows), "</section>"]
    return "".join(parts)


def contents(response: Schema) -> str:
    """Render the models, or else the content types, of a response."""
    return " or ".join(
        kind(content["schema"]) if "$ref" in content.get("schema", {}) else code(media_type)
        for media_type, content in response.get("content", {}).items()
    )


def fields(schema: Schema) -> str:
    """Render the properties of an object as a table."""
    required = schema.get("required", ())
    rows = [
        (
            code(name),
            kind(field) + ("" if name in required else ", optional"),
            text(field.get("description", "")),
        )
        for name, field in schema.get("properties", {}).items()
    ]
    return table(("field", "type", ""), rows)


def kind(schema: Schema) -> str:
    """Render the type of a value, with its range or choice."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(kind(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(code(str(value)) for value in schema["enum"])
    types = schema.get("type", "anything")
    name = types if isinstance(types, str) else " or ".join(types)
    if "prefixItems" in schema:
        name += f" of {len(schema['prefixItems'])} × {kind(schema['prefixItems'][0])}"
    elif name == "array":
        name += f" of {kind(schema['items'])}"
    if schema.get("format") == "binary":
        name = "file"
    if "minimum" in schema and "maximum" in schema:
        name += f" from {schema['minimum']:g} to {schema['maximum']:g}"
    return name


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Render a table of cells that are HTML already."""
    lines = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in rows)
    names = "".join(f"<th>{name}</th>" if name else "<td></td>" for name in head)
    return f"<table><tr>{names}</tr>{lines}</table>"


def text(markdown: str) -> str:
    """Render prose, whose only markup is `code` and empty lines between paragraphs."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(markdown, quote=False))
    return "".join(f"<p>{paragraph}</p>" for paragraph in marked.split("\n\n") if paragraph)


def code(name: str) -> str:
    """Render a word of the API."""
    return f"<code>{escape(name)}</code>"
