"""Lambda events: which of them are HTTP requests, in the form that Mangum reads.

Mangum's handlers trust an event to be complete, and know neither stages nor base paths. The events
returned here have every field that Mangum needs, in its type.
"""

import base64
from typing import Any

from mangum.types import LambdaEvent

HEALTH_CHECK: LambdaEvent = {"requestContext": {"http": {"method": "GET", "path": "/health"}}}
"""The request that stands for a warm-up."""

SCHEDULERS = ("aws.events", "aws.scheduler")
"""Sources of scheduled events: rules of EventBridge, and EventBridge Scheduler."""


class UnsupportedEventError(Exception):
    """An event that is neither an HTTP request nor a warm-up.

    Lambda reports it to the sender, which can keep the event or send it again.
    """

    def __init__(self) -> None:
        super().__init__(
            "This event is not accepted; send an HTTP request through a function URL, API Gateway"
            " or an Application Load Balancer, a scheduled event of EventBridge, or"
            ' {"warm-up": true}.'
        )


def is_warm_up(event: object) -> bool:
    """Return whether an event only keeps the function warm: a schedule's, or an explicit one."""
    if not isinstance(event, dict):
        return False
    is_scheduled = event.get("detail-type") == "Scheduled Event"
    return event.get("warm-up") is True or (is_scheduled and event.get("source") in SCHEDULERS)


def read_http_event(event: object) -> LambdaEvent | None:
    """Return an HTTP request's event as Mangum reads it, or None for other events.

    Two fields are added: `rootPath`, the prefix of the path that belongs to API Gateway, and
    `hasInvalidBody`.
    """
    if not isinstance(event, dict) or "type" in event:  # only an authorizer's event has a type
        return None
    context = event.get("requestContext")
    if not isinstance(context, dict):
        return None
    if isinstance(context.get("elb"), dict):
        request = read_load_balancer(event)
    elif isinstance(context.get("http"), dict) and event.get("version", "2.0") == "2.0":
        request = read_payload_2(event, context)
    elif "resource" in event or "httpMethod" in event:
        request = read_payload_1(event, context)
    else:
        return None
    body = read_body(event)
    return {**request, "body": body or b"", "hasInvalidBody": body is None}


def read_load_balancer(event: LambdaEvent) -> LambdaEvent:
    """Read an event of an Application Load Balancer.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
    """
    headers = read_headers(event)
    # Mangum responds with multiple values if it finds them in the event, as the target group needs.
    if isinstance(event.get("multiValueHeaders"), dict):
        fields: LambdaEvent = {"multiValueHeaders": headers}
    else:
        fields = {"headers": join_values(headers)}
    return {
        **fields,
        "requestContext": {"elb": {}},
        "httpMethod": text(event.get("httpMethod")),
        "path": text(event.get("path")),
        "rootPath": "",
        "multiValueQueryStringParameters": read_query(event),
    }


def read_payload_2(event: LambdaEvent, context: LambdaEvent) -> LambdaEvent:
    """Read an event of a function URL, or of an HTTP API with payload version 2.0.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    http = context["http"]
    root_path, path = split_stage(text(http.get("path")) or text(event.get("rawPath")), context)
    cookies = event.get("cookies")
    return {
        "version": "2.0",
        "requestContext": {
            "http": {
                "method": text(http.get("method")),
                "path": path,
                "sourceIp": text(http.get("sourceIp")),
            }
        },
        "rootPath": root_path,
        "rawQueryString": text(event.get("rawQueryString")),
        "headers": join_values(read_headers(event)),
        "cookies": [text(cookie) for cookie in cookies] if isinstance(cookies, list) else [],
    }


def read_payload_1(event: LambdaEvent, context: LambdaEvent) -> LambdaEvent:
    """Read an event of a REST API, or of an HTTP API with payload version 1.0.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    root_path, path = split_base_path(event, context)
    return {
        "resource": "",
        "requestContext": {
            "identity": {"sourceIp": text(mapping(context.get("identity")).get("sourceIp"))}
        },
        "httpMethod": text(event.get("httpMethod")),
        "path": path,
        "rootPath": root_path,
        "multiValueQueryStringParameters": read_query(event),
        "headers": join_values(read_headers(event)),
    }


def split_stage(path: str, context: LambdaEvent) -> tuple[str, str]:
    """Return the root path and the route's path of a path that may begin with the stage.

    The root path is empty behind a custom domain, where clients do not see the stage.
    """
    stage = f"/{text(context.get('stage'))}"
    if stage in ("/", "/$default") or not f"{path}/".startswith(f"{stage}/"):
        return "", path
    is_default_domain = ".execute-api." in text(context.get("domainName"))
    return stage if is_default_domain else "", path[len(stage) :]


def split_base_path(event: LambdaEvent, context: LambdaEvent) -> tuple[str, str]:
    """Return the root path and the route's path of an event with payload version 1.0.

    A stage precedes the path in `requestContext` only. The base path of a custom domain is part of
    `path` too, before the resource.
    """
    path = text(event.get("path"))
    root_path = prefix(text(context.get("path")), path)
    if root_path:
        return root_path, path
    resource = text(event.get("resource"))
    if not resource.startswith("/"):  # such as $default
        return split_stage(path, context)
    for name, value in mapping(event.get("pathParameters")).items():
        for placeholder in (f"{{{name}}}", f"{{{name}+}}"):
            resource = resource.replace(placeholder, text(value))
    root_path = prefix(path, resource)
    return root_path, path[len(root_path) :]


def prefix(path: str, end: str) -> str:
    """Return the part of a path before `end`; nothing if the path has another end."""
    path, end = path.rstrip("/"), end.rstrip("/")
    return path.removesuffix(end) if path.endswith(end) else ""


def read_body(event: LambdaEvent) -> bytes | None:
    """Return the body of an event, or None if it is invalid."""
    body = event.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        return None
    if not event.get("isBase64Encoded"):
        return body.encode(errors="replace")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        return None


def read_headers(event: LambdaEvent) -> dict[str, list[str]]:
    """Return the headers of an event, without those on which Mangum and Starlette would fail."""
    fields = read_values(event.get("headers"), event.get("multiValueHeaders"))
    headers = {name.lower(): values for name, values in fields.items()}
    for name, is_valid in PARSED_HEADERS.items():
        if name in headers and not is_valid(", ".join(headers[name])):
            del headers[name]
    return headers


def is_port(port: str) -> bool:
    """Return whether a string is the number of a port."""
    return port.isascii() and port.isdigit() and len(port) <= 5


def is_host(host: str) -> bool:
    """Return whether a string is the name of a host, with or without a port."""
    _, colon, port = host.partition(":")
    return not colon or is_port(port)


PARSED_HEADERS = {
    "host": is_host,
    "x-forwarded-port": is_port,
    "x-forwarded-proto": ("http", "https").__contains__,
}
"""Headers from which the address of the request is composed."""


def read_query(event: LambdaEvent) -> dict[str, list[str]]:
    """Return the parameters of an event's query."""
    return read_values(
        event.get("queryStringParameters"), event.get("multiValueQueryStringParameters")
    )


def read_values(single: object, multiple: object) -> dict[str, list[str]]:
    """Return all strings of two objects, one with a value for each name and one with a list."""
    lists = {name: [value] for name, value in mapping(single).items()} | mapping(multiple)
    strings = {
        text(name): [text(value) for value in values if isinstance(value, str)]
        for name, values in lists.items()
        if isinstance(values, list)
    }
    return {name: values for name, values in strings.items() if values}


def join_values(fields: dict[str, list[str]]) -> dict[str, str]:
    """Return one value for each name."""
    return {name: ", ".join(values) for name, values in fields.items()}


def mapping(value: object) -> dict[str, Any]:
    """Return a JSON object; an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """Return a string that has an encoding; an empty one in place of anything else.

    JSON may hold halves of surrogate pairs, which have none.
    """
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode(errors="replace").decode()
