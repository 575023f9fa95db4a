"""Container images from public registries are pinned by version and digest, and kept up to date."""

import re

import yaml

from support.paths import BACKEND, COMPOSE, ROOT

DOCKERFILES = [BACKEND / "Dockerfile", COMPOSE / "tensorboard" / "Dockerfile"]
COMPOSE_FILE = COMPOSE / "docker-compose.yml"
PINNED = re.compile(r"[\w./-]+:v?\d[\w.-]*@sha256:[0-9a-f]{64}")


def test_base_images_are_pinned_and_arguments_default_to_them() -> None:
    for file in DOCKERFILES:
        text = file.read_text()
        stages = re.findall(r"(?m)^FROM (\S+) AS (pinned-\w+)$", text)
        assert stages
        assert all(PINNED.fullmatch(image) for image, _ in stages), file
        defaults = re.findall(r"(?m)^ARG \w+_BASE=(\S+)$", text)
        assert sorted(defaults) == sorted(name for _, name in stages)
        # Every other stage starts from an argument or another stage.
        others = re.findall(r"(?m)^FROM (?!\S+ AS pinned-)(\S+)", text)
        assert others
        assert not [name for name in others if ":" in name or "@" in name]


def test_pulled_services_are_pinned() -> None:
    services = yaml.safe_load(COMPOSE_FILE.read_text())["services"]
    built = {service["image"] for service in services.values() if "build" in service}
    pulled = {service["image"] for service in services.values()} - built
    assert len(pulled) > 1
    assert all(PINNED.fullmatch(image) for image in pulled)


def test_each_image_is_built_by_one_service() -> None:
    """Compose builds in parallel: two builds of one image would race for its name."""
    services = yaml.safe_load(COMPOSE_FILE.read_text())["services"]
    built = [service["image"] for service in services.values() if "build" in service]
    assert len(built) == len(set(built)) > 1


def test_dependabot_proposes_newer_pins() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    folders = {
        update["package-ecosystem"]: set(update.get("directories", [update.get("directory")]))
        for update in updates
    }
    assert folders["docker"] == {f"/{file.parent.relative_to(ROOT)}" for file in DOCKERFILES}
    assert folders["docker-compose"] == {f"/{COMPOSE.relative_to(ROOT)}"}
    assert {"github-actions", "terraform"} <= set(folders)
