"""The compose file: both versions of compose read it, and the engine runs what is in it."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import httpx
import pytest
import yaml
from api.invalid_requests import good_picture
from api.metrics_text import metrics_of, series
from api.requests import as_body
from conftest import LONGEST_ANSWER
from monitoring.conftest import skip_without
from monitoring.programs import Prometheus
from monitoring.promql import COMPOSE

from support.containers import Container, docker
from support.paths import ROOT
from support.processes import free_port, responds, wait_until

FILE = COMPOSE / "docker-compose.yml"
SERVICES: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]

OURS = ("server", "tensorboard", "accuracy")
"""The services whose images are built here."""

THEIRS = ("prometheus", "grafana")
"""Those whose images are pulled."""

PORTS = {"server": 8000, "prometheus": 9090, "grafana": 3000, "tensorboard": 6006}

LOGS = ROOT / "backend" / "training" / "logs"


def compose_commands() -> list[list[str]]:
    """The composes of this machine: of version 2, of version 1, both or none."""

    def works(command: list[str]) -> bool:
        try:
            return subprocess.run([*command, "version"], capture_output=True).returncode == 0
        except FileNotFoundError:
            return False

    return [command for command in (["docker", "compose"], ["docker-compose"]) if works(command)]


COMMANDS = compose_commands()


def compose(command: list[str], settings: Mapping[str, str], *arguments: str) -> str:
    """What a compose prints, of the file with some settings."""
    done = subprocess.run(
        [*command, "--file", str(FILE), *arguments],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(params=[0, 1], ids=["one compose", "the other"])
def command(request: pytest.FixtureRequest) -> list[str]:
    """Each compose that is there."""
    if request.param < len(COMMANDS):
        return COMMANDS[request.param]
    if request.param == 0:
        skip_without("The compose file", "there is no docker compose here")
    pytest.skip("There is no second version of docker compose here.")


def published(command: list[str], **settings: str) -> dict[str, str]:
    """The addresses that services are published at, as a compose understands the file."""
    services = yaml.safe_load(compose(command, settings, "config"))["services"]
    found = {}
    for name, service in services.items():
        for port in service.get("ports", ()):
            if isinstance(port, dict):  # as version 2 writes them
                port = f"{port['host_ip']}:{port['published']}:{port['target']}"
            address, _, inside = port.removesuffix("/tcp").rpartition(":")
            assert int(inside) == PORTS[name]
            found[name] = address
    return found


def test_nobody_else_reaches_it_unless_asked(command: list[str]) -> None:
    assert published(command) == {name: f"127.0.0.1:{port}" for name, port in PORTS.items()}
    variables = {f"{name.upper()}_PORT": str(port + 1) for name, port in PORTS.items()}
    assert published(command, BIND_ADDRESS="0.0.0.0", **variables) == {  # noqa: S104
        name: f"0.0.0.0:{port + 1}" for name, port in PORTS.items()
    }


def test_every_service_is_pinned_watched_and_started_again() -> None:
    for name, service in SERVICES.items():
        assert service["restart"] == "unless-stopped"
        if name in THEIRS:
            assert re.fullmatch(r"[\w/]+:v?\d+\.\d+\.\d+", service["image"]), name
        else:
            assert "build" in service, name
        dockerfile = (ROOT / "backend" / "Dockerfile").read_text()
        assert "healthcheck" in service or (name == "server" and "HEALTHCHECK" in dockerfile)


def test_nobody_can_log_into_grafana() -> None:
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
    """Services of the file under a name and on ports of their own."""

    def __init__(self) -> None:
        self.ports = {name: free_port() for name in PORTS}
        self.settings = {
            "COMPOSE_PROJECT_NAME": f"digits-test-{self.ports['server']}",
            **{f"{name.upper()}_PORT": str(port) for name, port in self.ports.items()},
        }

    def run(self, *arguments: str) -> str:
        return compose(COMMANDS[0], self.settings, *arguments)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def container(self, service: str) -> Container:
        """A service's container, to look at."""
        container = Container(service, PORTS.get(service, 0))
        container.name = self.run("ps", "--quiet", service).strip()
        return container

    def is_healthy(self, service: str) -> bool:
        """Whether the engine's own check finds that a service works."""
        return bool(self.container(service).state()["Health"]["Status"] == "healthy")


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    """The services whose images are built here, all healthy."""
    if not COMMANDS:
        skip_without("The compose file", "there is no docker compose here")
    if docker("version", check=False).returncode:
        skip_without("The compose file", "no container engine (docker) answers here")
    project = Project()
    try:
        project.run("up", "--detach", "--build", *OURS)
        for service in OURS:
            wait_until(partial(project.is_healthy, service))
        yield project
    finally:
        project.run("down", "--volumes")


@pytest.mark.parametrize("service", OURS)
def test_services_run_as_nobody_and_change_nothing(project: Project, service: str) -> None:
    name = project.container(service).name
    assert docker("exec", name, "id", "-u").stdout.strip() == "10001"
    written = docker("exec", name, "touch", "/home/file", check=False)
    assert "Read-only file system" in written.stderr


def test_two_workers_serve_the_page_and_read_pictures(project: Project) -> None:
    with httpx.Client(base_url=project.url("server"), timeout=LONGEST_ANSWER) as caller:
        assert "<title>" in caller.get("/").text
        answer = as_body(good_picture()).send(caller).json()
        assert answer["digit"] == 7
        memory = metrics_of(caller)[series("process_resident_memory_bytes")]
        assert memory > 2 * 50e6


def test_the_server_leads_a_browser_to_tensorboard(project: Project) -> None:
    url = f"{project.url('server')}/dashboard"
    page = httpx.get(url, follow_redirects=True, timeout=LONGEST_ANSWER)
    assert str(page.url).rstrip("/") == project.url("tensorboard")
    assert "<title>TensorBoard</title>" in page.text


def test_feedback_is_kept_and_shown(project: Project) -> None:
    def runs() -> set[str]:
        listed = httpx.get(f"{project.url('tensorboard')}/data/runs", timeout=LONGEST_ANSWER)
        return {run.split("/")[0] for run in listed.json()}

    def counted() -> bool:
        with httpx.Client(base_url=project.url("server"), timeout=LONGEST_ANSWER) as caller:
            return metrics_of(caller)[series("digits_feedback_total", digit="7", right="true")] == 1

    def say() -> int:
        said = {"id": answer["id"], "digit": 7}
        url = f"{project.url('server')}/feedback"
        return httpx.post(url, json=said, timeout=LONGEST_ANSWER).status_code

    with httpx.Client(base_url=project.url("server"), timeout=LONGEST_ANSWER) as caller:
        answer = as_body(good_picture()).send(caller).json()
    assert say() == 204
    assert counted()
    trained = {"released"} if any(LOGS.rglob("events.out.tfevents.*")) else set()
    wait_until(lambda: runs() == {"live"} | trained)
    project.run("up", "--detach", "--force-recreate", "--no-deps", "server")
    wait_until(lambda: responds(f"{project.url('server')}/health"))
    assert say() == 204
    assert not counted(), "a new server counted the first opinion on an answer, so the old is gone"


@pytest.fixture(scope="module")
def whole_project(project: Project) -> Project:
    """The services whose images are pulled too, where they can be."""
    for service in THEIRS:
        image = SERVICES[service]["image"]
        is_here = docker("image", "inspect", image, check=False).returncode == 0
        if not is_here and docker("pull", image, check=False).returncode:
            pytest.skip(f"{image} cannot be pulled here: left to a machine with a network.")
    project.run("up", "--detach", *THEIRS)
    for service in THEIRS:
        wait_until(partial(project.is_healthy, service))
    return project


def test_prometheus_reaches_the_server(whole_project: Project) -> None:
    prometheus = Prometheus(whole_project.url("prometheus"))
    wait_until(lambda: prometheus.number('up{job="digits"}') == 1)


def test_grafana_shows_the_dashboard_to_whoever_looks(whole_project: Project) -> None:
    with httpx.Client(base_url=whole_project.url("grafana"), timeout=LONGEST_ANSWER) as viewer:
        shown = viewer.get("/api/dashboards/uid/digits").json()["dashboard"]
        assert shown["title"] == "Digit recogniser"
        query = {"refId": "A", "datasource": {"uid": "prometheus"}, "expr": "up", "instant": True}
        asked = {"queries": [query], "from": "now-5m", "to": "now"}
        frames = viewer.post("/api/ds/query", json=asked).json()["results"]["A"]["frames"]
        assert frames[0]["data"]["values"][1] == [1]


def test_grafana_lets_nobody_in(whole_project: Project) -> None:
    with httpx.Client(base_url=whole_project.url("grafana"), timeout=LONGEST_ANSWER) as stranger:
        said = {"user": "admin", "password": "admin"}
        assert not stranger.post("/login", json=said).is_success
        for auth in (None, ("admin", "admin")):
            assert stranger.get("/api/users", auth=auth).status_code in (401, 403)


def test_it_ends_by_itself_when_it_is_told_to(project: Project) -> None:
    containers = {service: project.container(service) for service in OURS}
    project.run("stop", *OURS)
    states = {service: container.state() for service, container in containers.items()}
    assert {service: state["ExitCode"] for service, state in states.items()} == {
        "server": 0,
        "tensorboard": 0,
        "accuracy": 0,
    }
