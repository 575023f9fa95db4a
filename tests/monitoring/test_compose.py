"""The compose file: readable by both versions of compose, and its services run as intended."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import httpx
import pytest
import yaml
from api.invalid_requests import valid_png
from api.metrics_text import metrics_of, series
from api.requests import raw_request
from monitoring.programs import Prometheus

from support.containers import Container, docker
from support.paths import BACKEND, COMPOSE
from support.processes import free_port, responds, wait_until
from support.requirements import require
from support.server import RESPONSE_TIMEOUT

pytestmark = pytest.mark.monitoring

FILE = COMPOSE / "docker-compose.yml"
SERVICES: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]

BUILT = ("server", "tensorboard", "accuracy")
"""Services whose images are built from this repository; the last two share one."""

PULLED = ("prometheus", "grafana")
"""Services whose images come from a public registry."""

PORTS = {"server": 8000, "prometheus": 9090, "grafana": 3000, "tensorboard": 6006}

LOGS = BACKEND / "training" / "logs"

NO_COMPOSE = "The compose file is not tested: docker compose is not installed."


def installed_compose_commands() -> list[list[str]]:
    """Return the compose commands of this machine: version 2, version 1, both or none."""

    def works(command: list[str]) -> bool:
        try:
            return subprocess.run([*command, "version"], capture_output=True).returncode == 0
        except FileNotFoundError:
            return False

    return [command for command in (["docker", "compose"], ["docker-compose"]) if works(command)]


COMMANDS = installed_compose_commands()


def compose(command: list[str], environment: Mapping[str, str], *arguments: str) -> str:
    """Run compose on the file; return its output."""
    finished = subprocess.run(
        [*command, "--file", str(FILE), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(params=[0, 1], ids=["first compose", "second compose"])
def command(request: pytest.FixtureRequest) -> list[str]:
    """Each compose command of this machine."""
    if not COMMANDS:
        require(NO_COMPOSE)
    if request.param >= len(COMMANDS):
        pytest.skip("Only one version of compose is installed.")
    return COMMANDS[request.param]


def published_addresses(command: list[str], **environment: str) -> dict[str, str]:
    """Return the host's address of each service, as a compose command reads the file."""
    services = yaml.safe_load(compose(command, environment, "config"))["services"]
    addresses = {}
    for name, service in services.items():
        for port in service.get("ports", ()):
            if isinstance(port, dict):  # version 2
                port = f"{port['host_ip']}:{port['published']}:{port['target']}"
            address, _, container_port = port.removesuffix("/tcp").rpartition(":")
            assert int(container_port) == PORTS[name]
            addresses[name] = address
    return addresses


def test_ports_are_local_unless_the_environment_changes_them(command: list[str]) -> None:
    assert published_addresses(command) == {
        name: f"127.0.0.1:{port}" for name, port in PORTS.items()
    }
    variables = {f"{name.upper()}_PORT": str(port + 1) for name, port in PORTS.items()}
    assert published_addresses(command, BIND_ADDRESS="0.0.0.0", **variables) == {  # noqa: S104
        name: f"0.0.0.0:{port + 1}" for name, port in PORTS.items()
    }


def test_every_service_is_health_checked_and_restarted() -> None:
    for name, service in SERVICES.items():
        assert service["restart"] == "unless-stopped"
        dockerfile = (BACKEND / "Dockerfile").read_text()
        assert "healthcheck" in service or (name == "server" and "HEALTHCHECK" in dockerfile)


def test_grafana_settings_allow_viewers_and_no_login() -> None:
    settings = SERVICES["grafana"]["environment"]
    assert settings["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    for name in (
        "GF_AUTH_ANONYMOUS_ENABLED",
        "GF_AUTH_DISABLE_LOGIN_FORM",
        "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION",
    ):
        assert settings[name] == "true"
    assert settings["GF_AUTH_BASIC_ENABLED"] == "false"


class Project:
    """The services under a project name and on ports of their own."""

    def __init__(self) -> None:
        self.ports = {name: free_port() for name in PORTS}
        self.environment = {
            "COMPOSE_PROJECT_NAME": f"digits-test-{self.ports['server']}",
            **{f"{name.upper()}_PORT": str(port) for name, port in self.ports.items()},
        }

    def run(self, *arguments: str) -> str:
        """Run compose on the project; return its output."""
        return compose(COMMANDS[0], self.environment, *arguments)

    def url(self, service: str) -> str:
        """Return the address of a service."""
        return f"http://127.0.0.1:{self.ports[service]}"

    def container(self, service: str) -> Container:
        """Return the container of a service, for inspection."""
        container = Container(service, PORTS.get(service, 0))
        container.name = self.run("ps", "--quiet", service).strip()
        return container

    def is_healthy(self, service: str) -> bool:
        """Return whether the health check of a service passes."""
        return bool(self.container(service).state()["Health"]["Status"] == "healthy")


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    """The services that are built from this repository, all healthy."""
    if not COMMANDS:
        require(NO_COMPOSE)
    if docker("version", check=False).returncode:
        require("The compose file is not tested: the container engine (docker) does not answer.")
    project = Project()
    docker("rmi", "--force", SERVICES["accuracy"]["image"], check=False)  # as on a clean machine
    try:
        project.run("up", "--detach", "--build", *BUILT)
        for service in BUILT:
            wait_until(partial(project.is_healthy, service))
        yield project
    finally:
        project.run("down", "--volumes")


@pytest.mark.parametrize("service", BUILT)
def test_services_run_unprivileged_on_a_read_only_file_system(
    project: Project, service: str
) -> None:
    name = project.container(service).name
    assert docker("exec", name, "id", "-u").stdout.strip() == "10001"
    touched = docker("exec", name, "touch", "/home/file", check=False)
    assert "Read-only file system" in touched.stderr


def test_server_has_two_workers_the_frontend_and_the_api(project: Project) -> None:
    with httpx.Client(base_url=project.url("server"), timeout=RESPONSE_TIMEOUT) as client:
        assert "<title>" in client.get("/").text
        assert raw_request(valid_png()).send(client).json()["digit"] == 7
        memory = metrics_of(client)[series("process_resident_memory_bytes")]
        assert memory > 2 * 50e6


def test_dashboard_redirects_to_tensorboard(project: Project) -> None:
    url = f"{project.url('server')}/dashboard"
    page = httpx.get(url, follow_redirects=True, timeout=RESPONSE_TIMEOUT)
    assert str(page.url).rstrip("/") == project.url("tensorboard")
    assert "<title>TensorBoard</title>" in page.text


def test_feedback_reaches_tensorboard_and_survives_a_new_server(project: Project) -> None:
    def runs() -> set[str]:
        response = httpx.get(f"{project.url('tensorboard')}/data/runs", timeout=RESPONSE_TIMEOUT)
        return {run.split("/")[0] for run in response.json()}

    def is_counted() -> bool:
        sevens = series("digits_feedback_total", label="7", correct="true")
        with httpx.Client(base_url=project.url("server"), timeout=RESPONSE_TIMEOUT) as client:
            return metrics_of(client)[sevens] == 1

    def send_feedback() -> int:
        url = f"{project.url('server')}/feedback"
        body = {"id": prediction["id"], "digit": 7}
        return httpx.post(url, json=body, timeout=RESPONSE_TIMEOUT).status_code

    with httpx.Client(base_url=project.url("server"), timeout=RESPONSE_TIMEOUT) as client:
        prediction = raw_request(valid_png()).send(client).json()
    assert send_feedback() == 204
    assert is_counted()
    trained = {"released"} if any(LOGS.rglob("events.out.tfevents.*")) else set()
    wait_until(lambda: runs() == {"live"} | trained)
    project.run("up", "--detach", "--force-recreate", "--no-deps", "server")
    wait_until(lambda: responds(f"{project.url('server')}/health"))
    assert send_feedback() == 204
    assert not is_counted(), "counted as the first feedback, so the earlier one was lost"


@pytest.fixture(scope="module")
def whole_project(project: Project) -> Project:
    """All services; skipped if an image cannot be pulled."""
    for service in PULLED:
        image = SERVICES[service]["image"]
        is_present = docker("image", "inspect", image, check=False).returncode == 0
        if not is_present and docker("pull", image, check=False).returncode:
            pytest.skip(f"{image} cannot be pulled on this machine.")
    project.run("up", "--detach", *PULLED)
    for service in PULLED:
        wait_until(partial(project.is_healthy, service))
    return project


def test_prometheus_scrapes_the_server(whole_project: Project) -> None:
    prometheus = Prometheus(whole_project.url("prometheus"))
    wait_until(lambda: prometheus.query_value('up{job="digits"}') == 1)


def test_grafana_shows_the_dashboard_to_anonymous_viewers(whole_project: Project) -> None:
    with httpx.Client(base_url=whole_project.url("grafana"), timeout=RESPONSE_TIMEOUT) as viewer:
        dashboard = viewer.get("/api/dashboards/uid/digits").json()["dashboard"]
        assert dashboard["title"] == "Digit recognizer"
        query = {"refId": "A", "datasource": {"uid": "prometheus"}, "expr": "up", "instant": True}
        body = {"queries": [query], "from": "now-5m", "to": "now"}
        frames = viewer.post("/api/ds/query", json=body).json()["results"]["A"]["frames"]
        assert frames[0]["data"]["values"][1] == [1]


def test_grafana_rejects_logins(whole_project: Project) -> None:
    with httpx.Client(base_url=whole_project.url("grafana"), timeout=RESPONSE_TIMEOUT) as client:
        credentials = {"user": "admin", "password": "admin"}
        assert not client.post("/login", json=credentials).is_success
        for auth in (None, ("admin", "admin")):
            assert client.get("/api/users", auth=auth).status_code in (401, 403)


def test_services_exit_cleanly_when_stopped(project: Project) -> None:
    containers = {service: project.container(service) for service in BUILT}
    project.run("stop", *BUILT)
    exit_codes = {name: container.state()["ExitCode"] for name, container in containers.items()}
    assert exit_codes == {
        "server": 0,
        "tensorboard": 0,
        "accuracy": 0,
    }
