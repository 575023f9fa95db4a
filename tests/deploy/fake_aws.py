"""AWS as the deploy scripts see it: moto, plus real substitutes for what moto cannot do.

Requests of the AWS CLI are forwarded to moto, except invocations of the function, which the
container image itself answers under the emulator. Container images that are pushed to the registry
are registered with moto's ECR. The function's URL is served by the version that the alias points
at, and the web page from its bucket. Deleted versions of the function stay in moto, unseen, because
it would give their numbers to others, as Lambda never does.
"""

import base64
import hashlib
import json
import re
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx
from deploy.permissions import Policies, access_of, is_allowed, role_of
from deploy.processes import TOOLS

from support.containers import Container
from support.lambda_container import LAMBDA_OPTIONS, LAMBDA_PORT, invoke

REGION = "eu-central-1"
NAME = "digit-recognizer"
FEEDBACK_BUCKET = f"{NAME}-feedback-123456789012"
PAGE_BUCKET = f"{NAME}-page-123456789012"

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

AWS_SDK = [
    f"--volume={file}:/opt/python/{file.name}:ro"
    for package in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py")
    for file in TOOLS.parent.glob(f"lib/python3*/site-packages/{package}")
]
"""Options that mount boto3 like a Lambda layer: AWS's base image has it, a substitute may not."""

MANIFEST_TYPES = ", ".join(
    (
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
    )
)
"""The manifests that Lambda accepts: single images, no image indexes."""

DENIAL = """<ErrorResponse><Error><Code>AccessDenied</Code><Message>
Your account must be verified before you can add new CloudFront resources.
</Message></Error></ErrorResponse>"""

API_PATHS = ("/predict", "/feedback", "/health", "/docs", "/openapi.json")
"""Paths that CloudFront passes on to the function's URL."""

VERSIONS = f"/2015-03-31/functions/{NAME}/versions"

INVOCATION = re.compile(r"/2015-03-31/functions/([^/]+)/invocations\?Qualifier=(\w+)")

PORTLESS_REGISTRY = "registry.test"
"""The registry's name in moto, which cannot parse one with a port."""

HOP_BY_HOP_HEADERS = {
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "expect",
    "server",
    "transfer-encoding",
}
"""Headers of a single connection, which a proxy must not forward."""


class AWSRequest(NamedTuple):
    """A request of the AWS CLI, and the status of the response."""

    method: str
    path: str
    status: int


class FakeAWS:
    """One AWS account, served on one port for the duration of a `with` block."""

    def __init__(self, moto: str, registry: str) -> None:
        self.moto = moto
        self.registry = registry
        self.requests: list[AWSRequest] = []
        self.url_is_down = False
        """Whether the function's URL fails, whatever version the alias points at."""
        self.scan_findings: dict[str, int] = {}
        """How many vulnerabilities of each severity ECR finds in any image."""
        self.scan_statuses = ["COMPLETE"]
        """The statuses of a scan in order, of which the last one stays, or names of exceptions."""
        self.cached_responses: list[httpx.Response] = []
        """What CloudFront still serves in place of the page bucket's files."""
        self.policies: Policies = {}
        """What each role may do; its name is the access key of its requests."""
        self.used_actions: dict[str, set[str]] = {}
        """The actions that each role was allowed and has used."""
        self.denied = "nothing"
        """Regular expression: requests whose method and path match it are denied."""
        self.unreserved_executions = 1000
        """What the account's quota of concurrent executions leaves for reservations."""
        self.inactive_versions: set[str] = set()
        """Versions of the function that nobody has called for weeks."""
        self.deleted_versions: set[str] = set()
        """Versions of the function that were deleted."""
        self.lists_deleted_versions = False
        """Whether listings still show them, as they may for a moment."""
        self._client = httpx.Client(timeout=120)
        self._known_tags = self._pushed_tags()  # by other tests, into accounts of their own
        self._containers: dict[str, Container] = {}
        self._invocation_lock = Lock()
        self._exit_stack = ExitStack()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_class(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.function_url = f"{self.url}/function-url"

    def __enter__(self) -> "FakeAWS":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._exit_stack.close()
        self._client.close()

    def variables(self) -> dict[str, str]:
        """Return the workflows' variables, named as in Terraform's outputs."""
        return {
            "AWS_REGION": REGION,
            "IMAGE_REPOSITORY": f"{self.registry}/{NAME}",
            "FUNCTION_NAME": NAME,
            "FUNCTION_ALIAS": "live",
            "PAGE_URL": f"{self.url}/page",
            "PAGE_BUCKET": PAGE_BUCKET,
        }

    def respond(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        """Return the response to a request of the AWS CLI, of a caller or of a visitor."""
        if path.startswith("/function-url/"):
            return self._call_url(method, path.removeprefix("/function-url"), headers, body)
        if path.startswith("/page/"):
            return self._visit(method, path.removeprefix("/page"), headers, body)
        if path.startswith("/2016-08-19/account-settings"):
            limit = {"UnreservedConcurrentExecutions": self.unreserved_executions}
            return httpx.Response(200, json={"AccountLimit": limit})
        if denial := self._judge(method, path, headers, body):
            return denial
        if re.search(self.denied, f"{method} {path} {headers.get('X-Amz-Target', '')}"):
            return httpx.Response(403, text=DENIAL)
        if method == "PUT" and path.endswith("?policy"):
            return httpx.Response(204)  # the policy that requires TLS, which there is not here
        if _qualifier(path) in self.deleted_versions:
            return httpx.Response(
                404,
                headers={"x-amzn-ErrorType": "ResourceNotFoundException"},
                json={"Message": f"Function not found: {path}"},
            )
        if invocation := INVOCATION.fullmatch(path):
            if invocation[2] in self.inactive_versions:
                # The first invocation fails, and activates the version.
                self.inactive_versions.remove(invocation[2])
                return httpx.Response(409, json={"Message": "The version is Inactive"})
            return self._invoke_version(invocation[2], json.loads(body))
        if headers.get("X-Amz-Target", "").endswith(".DescribeImageScanFindings"):
            return self._describe_scan(json.loads(body))
        return self._forward(method, path, headers, body)

    def _describe_scan(self, request: dict[str, Any]) -> httpx.Response:
        """Return one of two pages of findings; each has the counts of all."""
        first, *others = self.scan_statuses
        self.scan_statuses = others or [first]
        if first.endswith("Exception"):
            return httpx.Response(400, json={"__type": first, "message": "Image scan: none"})
        scan: dict[str, Any] = {
            "imageScanStatus": {"status": first},
            "imageScanFindings": {"findings": [], "findingSeverityCounts": self.scan_findings},
        }
        return httpx.Response(
            200, json=scan if "nextToken" in request else {**scan, "nextToken": "2"}
        )

    def _judge(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response | None:
        """Return a denial if a role's policies do not allow a request."""
        role = role_of(headers)
        if role not in self.policies:
            return None
        access = access_of(method, path, headers, body)
        # Terraform's provider gives all resources this tag.
        if is_allowed(self.policies[role], access, tags={"project": NAME}):
            self.used_actions.setdefault(role, set()).add(access.action)
            return None
        sentence = f"{role} is not authorized to perform {access.action} on {access.resource}"
        if access.action.startswith("s3:"):
            error = f"<Error><Code>AccessDenied</Code><Message>{sentence}</Message></Error>"
            return httpx.Response(403, text=error)
        return httpx.Response(403, json={"__type": "AccessDeniedException", "message": sentence})

    def query_moto(self, service: str, path: str, target: str = "", **body: Any) -> httpx.Response:
        """Return moto's response to a GET, or to a POST of a JSON document if there is a target."""
        scope = f"test/20261122/{REGION}/{service}/aws4_request"
        headers = {
            "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        }
        if not target:
            return self._client.get(self.moto + path, headers=headers)
        headers["x-amz-target"] = target
        headers["content-type"] = "application/x-amz-json-1.1"
        return self._client.post(self.moto + path, headers=headers, json=body)

    def live_version(self) -> tuple[str, str]:
        """Return the version that the alias points at, and the alias's description."""
        alias = self.query_moto("lambda", f"/2015-03-31/functions/{NAME}/aliases/live").json()
        return alias["FunctionVersion"], alias["Description"]

    def published_versions(self) -> list[str]:
        """Return the function's published versions."""
        listed = self.query_moto("lambda", VERSIONS).json()["Versions"]
        hidden = {"$LATEST", *self.deleted_versions}
        return [each["Version"] for each in listed if each["Version"] not in hidden]

    def code_digest(self, version: str) -> str:
        """Return the digest of a version's container image."""
        path = f"/2015-03-31/functions/{NAME}/configuration?Qualifier={version}"
        digest: str = self.query_moto("lambda", path).json()["CodeSha256"]
        return digest

    def _forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        """Return moto's response to a request of the AWS CLI."""
        if method == "DELETE" and (version := _qualifier(path)):
            self.deleted_versions.add(version)
            self.requests.append(AWSRequest(method, path, 204))
            return httpx.Response(204)
        self._register_pushed_images()
        name = self.registry.encode()
        content = body.replace(name, PORTLESS_REGISTRY.encode())
        response = self._client.request(method, self.moto + path, headers=headers, content=content)
        self.requests.append(AWSRequest(method, path, response.status_code))
        if method == "GET" and path == VERSIONS and not self.lists_deleted_versions:
            shown = {"$LATEST", *self.published_versions()}
            versions = [each for each in response.json()["Versions"] if each["Version"] in shown]
            return httpx.Response(200, json={"Versions": versions})
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            # moto appends the digest to an address that ends with one.
            content=response.content.replace(PORTLESS_REGISTRY.encode(), name).replace(
                b"@sha256@sha256:", b"@sha256:"
            ),
        )

    def _pushed_tags(self) -> set[str]:
        """Return the tags in the registry."""
        listed = self._client.get(f"http://{self.registry}/v2/{NAME}/tags/list").json()
        return set(listed.get("tags") or [])

    def _register_pushed_images(self) -> None:
        """Register container images that were pushed since the last call with moto's ECR."""
        for tag in self._pushed_tags() - self._known_tags:
            manifest = self._client.get(
                f"http://{self.registry}/v2/{NAME}/manifests/{tag}",
                headers={"accept": MANIFEST_TYPES},
            )
            response = self.query_moto(
                "ecr",
                "/",
                target="AmazonEC2ContainerRegistry_V20150921.PutImage",
                repositoryName=NAME,
                imageTag=tag,
                imageManifest=manifest.text,
                imageManifestMediaType=manifest.headers["content-type"],
                imageDigest=manifest.headers["docker-content-digest"],
            )
            assert response.status_code == 200, response.text
            self._known_tags.add(tag)

    def _invoke_version(self, version: str, event: Any) -> httpx.Response:
        """Return the response to `aws lambda invoke`."""
        result = self._invoke(version, event)
        headers = {"x-amz-executed-version": version}
        if isinstance(result, dict) and "errorType" in result:
            headers["x-amz-function-error"] = "Unhandled"
        return httpx.Response(200, headers=headers, json=result)

    def _visit(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        """Return CloudFront's response, as if the function's URL accepted signed requests only."""
        if not path.startswith(API_PATHS):
            if self.cached_responses:
                return self.cached_responses.pop()
            return self.query_moto("s3", f"/{PAGE_BUCKET}{path}")
        digest = hashlib.sha256(body).hexdigest()
        if method == "POST" and headers.get("x-amz-content-sha256") != digest:
            return httpx.Response(403, json={"message": "The signature does not match"})
        return self._call_url(method, path, headers, body)

    def _call_url(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        """Return the response of the function's URL."""
        failure = httpx.Response(502, json={"message": "Internal Server Error"})
        if self.url_is_down:
            return failure
        result = self._invoke(self.live_version()[0], url_event(method, path, headers, body))
        if "statusCode" not in result:
            return failure
        content = result["body"].encode()
        return httpx.Response(
            result["statusCode"],
            headers=result["headers"],
            content=base64.b64decode(content) if result["isBase64Encoded"] else content,
        )

    def _invoke(self, version: str, event: Any) -> Any:
        """Return the result of an event in the container image of a version."""
        path = f"/2015-03-31/functions/{NAME}/configuration?Qualifier={version}"
        configuration = self.query_moto("lambda", path).json()
        digest = configuration["CodeSha256"]
        with self._invocation_lock:
            if digest not in self._containers:
                image = f"{self.registry}/{NAME}@sha256:{digest}"
                options = self._function_options(configuration)
                container = Container(image, LAMBDA_PORT, *LAMBDA_OPTIONS, *options)
                self._containers[digest] = self._exit_stack.enter_context(container)
            return invoke(self._containers[digest], event)

    def _function_options(self, configuration: Any) -> list[str]:
        """Return container options: the function's environment, region, credentials and AWS."""
        environment = {
            **configuration["Environment"]["Variables"],
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.moto,
        }
        return [*(f"--env={name}={text}" for name, text in environment.items()), *AWS_SDK]


def url_event(method: str, path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Return the event that a function URL sends for a request (payload version 2.0).

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    address = urlsplit(path)
    http = {
        "method": method,
        "path": address.path,
        "protocol": "HTTP/1.1",
        "sourceIp": "203.0.113.7",
    }
    lowercase_headers = {name.lower(): text for name, text in headers.items()}
    event = {
        "version": "2.0",
        "rawPath": address.path,
        "rawQueryString": address.query,
        "headers": {**lowercase_headers, "content-length": str(len(body))},
        "requestContext": {"http": http},
        "isBase64Encoded": bool(body),
    }
    return {**event, "body": base64.b64encode(body).decode()} if body else event


def _qualifier(path: str) -> str:
    """Return the version of the function that a request names; empty without one."""
    return parse_qs(urlsplit(path).query).get("Qualifier", [""])[0]


def _handler_class(aws: FakeAWS) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {
                name: text
                for name, text in self.headers.items()
                if name.lower() not in HOP_BY_HOP_HEADERS
            }
            response = aws.respond(self.command, self.path, headers, body)
            self.send_response(response.status_code)
            for name, text in response.headers.items():
                if name.lower() not in HOP_BY_HOP_HEADERS:
                    self.send_header(name, text)
            self.send_header("Content-Length", str(len(response.content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.content)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _respond  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Print nothing: failing tests show the requests that matter."""

    return Handler
