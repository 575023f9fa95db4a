"""AWS, as far as the deploy scripts see it: moto, and what moto cannot do done for real.

Everything that the AWS CLI asks goes to moto, but for the calls of the function, which the image
itself answers under the emulator. Images that were pushed to the registry are told to moto's ECR.
The function's URL is answered by the version that the alias names, the page's from its bucket.
"""

import base64
import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any, NamedTuple

import httpx
from api.events import event_of
from api.requests import Call
from deploy.processes import TOOLS
from image.conftest import AS_ON_LAMBDA
from image.test_lambda_image import invoke

from support.containers import Container

REGION = "eu-central-1"
NAME = "digit-recognizer"
FEEDBACK_BUCKET = f"{NAME}-feedback-123456789012"

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

AWS_SDK = [
    f"--volume={file}:/opt/python/{file.name}:ro"
    for package in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py")
    for file in TOOLS.parent.glob(f"lib/python3*/site-packages/{package}")
]
"""AWS's own base image brings it, a stand-in for that may not: here it is a layer."""

MANIFEST = ", ".join(
    (
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
    )
)
"""What Lambda takes: one image, and no index of several."""
INVOCATION = re.compile(r"/2015-03-31/functions/([^/]+)/invocations\?Qualifier=(\w+)")

NAMELESS = "registry.test"
"""The registry's name in moto, which understands none with a port."""


class Asked(NamedTuple):
    """A request to AWS that was met on the way."""

    method: str
    path: str
    status: int


class Cloud:
    """From `with` on until its end, one account that answers on one port."""

    def __init__(self, moto: str, registry: str) -> None:
        self.moto = moto
        self.registry = registry
        self.asked: list[Asked] = []
        self.url_is_down = False
        """Whether the function's URL answers nobody, whatever the version."""
        self.terraform: Callable[[str, str], None] | None = None
        """What is told which root of Terraform has been applied or destroyed."""
        self._client = httpx.Client(timeout=120)
        self._told = self._pushed()  # by others, into accounts of their own
        self._containers: dict[str, Container] = {}
        self._one_at_a_time = Lock()
        self._open = ExitStack()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Cloud":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._open.close()
        self._client.close()

    def variables(self) -> dict[str, str]:
        """What the workflows are given, by the names that Terraform's outputs have."""
        return {
            "AWS_REGION": REGION,
            "IMAGE_REPOSITORY": f"{self.registry}/{NAME}",
            "FUNCTION_NAME": NAME,
            "FUNCTION_ALIAS": "live",
            "API_URL": f"{self.url}/function-url",
            "PAGE_URL": f"{self.url}/page",
            "PAGE_BUCKET": f"{NAME}-page-123456789012",
            "DISTRIBUTION_ID": self.distribution_id(),
        }

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        """What AWS answers to a request."""
        if path.startswith("/terraform/") and self.terraform:
            self.terraform(*path.removeprefix("/terraform/").split("/"))
            return httpx.Response(200)
        if path.startswith("/function-url/"):
            return self._call_url(method, path.removeprefix("/function-url"), headers, body)
        if path.startswith("/page/"):
            return self.moto_says("s3", f"/{NAME}-page-123456789012/{path.removeprefix('/page/')}")
        if invocation := INVOCATION.fullmatch(path):
            return self._invoke(invocation[2], json.loads(body))
        self._tell_ecr()
        name = self.registry.encode()
        answer = self._client.request(
            method, self.moto + path, headers=headers, content=body.replace(name, NAMELESS.encode())
        )
        self.asked.append(Asked(method, path, answer.status_code))
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            # CloudFront itself says it in other letters, for which the AWS CLI waits.
            content=answer.content.replace(NAMELESS.encode(), name).replace(
                b"<Status>COMPLETED</Status>", b"<Status>Completed</Status>"
            ),
        )

    def moto_says(self, service: str, path: str, target: str = "", **body: Any) -> httpx.Response:
        """moto's own answer to a GET, or to a POST of a JSON document for a target."""
        scope = f"test/20261122/{REGION}/{service}/aws4_request"
        headers = {
            "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        }
        if not target:
            return self._client.get(self.moto + path, headers=headers)
        headers["x-amz-target"] = target
        headers["content-type"] = "application/x-amz-json-1.1"
        return self._client.post(self.moto + path, headers=headers, json=body)

    def live(self) -> tuple[str, str]:
        """The version that the alias names, and what it says of itself."""
        alias = self.moto_says("lambda", f"/2015-03-31/functions/{NAME}/aliases/live").json()
        return alias["FunctionVersion"], alias["Description"]

    def versions(self) -> list[str]:
        """The published versions."""
        listed = self.moto_says("lambda", f"/2015-03-31/functions/{NAME}/versions").json()
        return [
            version["Version"] for version in listed["Versions"] if version["Version"] != "$LATEST"
        ]

    def distribution_id(self) -> str:
        """The page's distribution; empty until there is one."""
        listed = self.moto_says("cloudfront", "/2020-05-31/distribution").text
        found = re.search(r"<Id>(\w+)</Id><ARN>", re.sub(r">\s+<", "><", listed))
        return found[1] if found else ""

    def _pushed(self) -> set[str]:
        """The tags in the registry."""
        listed = self._client.get(f"http://{self.registry}/v2/{NAME}/tags/list").json()
        return set(listed.get("tags") or [])

    def _tell_ecr(self) -> None:
        """Put what was pushed since the last time into moto's ECR."""
        for tag in self._pushed() - self._told:
            manifest = self._client.get(
                f"http://{self.registry}/v2/{NAME}/manifests/{tag}", headers={"accept": MANIFEST}
            )
            told = self.moto_says(
                "ecr",
                "/",
                target="AmazonEC2ContainerRegistry_V20150921.PutImage",
                repositoryName=NAME,
                imageTag=tag,
                imageManifest=manifest.text,
                imageManifestMediaType=manifest.headers["content-type"],
                imageDigest=manifest.headers["docker-content-digest"],
            )
            assert told.status_code == 200, told.text
            self._told.add(tag)

    def _invoke(self, version: str, event: Any) -> httpx.Response:
        answer = self._answer_of(version, event)
        headers = {"x-amz-executed-version": version}
        if isinstance(answer, dict) and "errorType" in answer:
            headers["x-amz-function-error"] = "Unhandled"
        return httpx.Response(200, headers=headers, json=answer)

    def _call_url(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        if self.url_is_down:
            return httpx.Response(502, json={"message": "Internal Server Error"})
        call = Call(body, headers.get("Content-Type"), path, method)
        answer = self._answer_of(self.live()[0], event_of(call))
        if "statusCode" not in answer:
            return httpx.Response(502, json={"message": "Internal Server Error"})
        content = answer["body"].encode()
        return httpx.Response(
            answer["statusCode"],
            headers=answer["headers"],
            content=base64.b64decode(content) if answer["isBase64Encoded"] else content,
        )

    def _answer_of(self, version: str, event: Any) -> Any:
        """What the image of a version answers to an event, under the emulator."""
        path = f"/2015-03-31/functions/{NAME}/configuration?Qualifier={version}"
        configuration = self.moto_says("lambda", path).json()
        digest = configuration["CodeSha256"]
        with self._one_at_a_time:
            if digest not in self._containers:
                image = f"{self.registry}/{NAME}@sha256:{digest}"
                told = self._told_by_lambda(configuration)
                container = Container(image, 8080, *AS_ON_LAMBDA, *told)
                self._containers[digest] = self._open.enter_context(container)
            return invoke(self._containers[digest], event)

    def _told_by_lambda(self, configuration: Any) -> list[str]:
        """Options of a container: the function's settings, region and keys, and an AWS to ask."""
        environment = {
            **configuration["Environment"]["Variables"],
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.moto,
        }
        return [*(f"--env={name}={text}" for name, text in environment.items()), *AWS_SDK]


def _handler(cloud: Cloud) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {
                name: text for name, text in self.headers.items() if name.lower() not in HOP_BY_HOP
            }
            answer = cloud.answer(self.command, self.path, headers, body)
            self.send_response(answer.status_code)
            for name, text in answer.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, text)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.content)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing: the tests' own failures say what was asked."""

    return Handler


HOP_BY_HOP = {
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "expect",
    "server",
    "transfer-encoding",
}
"""What belongs to one connection, and not to what is said over it."""
