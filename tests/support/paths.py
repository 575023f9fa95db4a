"""Folders of the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "backend"
COMPOSE = ROOT / "infra" / "compose"
TERRAFORM = ROOT / "infra" / "terraform"
