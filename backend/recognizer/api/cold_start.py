"""What a first answer never uses, left for its first use: a cold start pays for every import."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any

UNUSED = (
    "numpy.ctypeslib",
    "numpy.fft",
    "numpy.ma",
    "numpy.polynomial",
    "numpy.random",
    "opentelemetry.propagate",
)
"""Modules that numpy and FastAPI import at their start; numpy's are a third of its files."""


class LazyFinder:
    """Meta path finder that gives the modules in UNUSED a loader that waits for their first use.

    https://docs.python.org/3/library/importlib.html#implementing-lazy-imports
    """

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load a module, or None to leave it to other finders."""
        spec = PathFinder.find_spec(name, path, target) if name in UNUSED else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


def defer_imports() -> None:
    """Let the modules in UNUSED wait for their first use; nothing may have imported them yet."""
    sys.meta_path.insert(0, LazyFinder)


def defer_models() -> None:
    """Let Pydantic build each model on its first use; FastAPI may not have been imported yet.

    FastAPI defines dozens, mostly for its documentation, and at the end asks for three to be
    rebuilt, which would build all others with them.
    """
    from pydantic import BaseModel

    rebuild = vars(BaseModel)["model_rebuild"]

    def rebuild_if_used(model: type[BaseModel], /, **options: Any) -> bool | None:
        """Rebuild a model if Pydantic does so itself, which passes options."""
        rebuilt: bool | None = rebuild.__func__(model, **options) if options else None
        return rebuilt

    BaseModel.model_config["defer_build"] = True
    BaseModel.model_rebuild = classmethod(rebuild_if_used)  # type: ignore[assignment,method-assign]
    import fastapi.openapi.models  # noqa: F401

    BaseModel.model_rebuild = rebuild  # type: ignore[method-assign]
