"""Python files that cached data depends on: it is drawn again if their code changes."""

import ast
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType


def files_of(modules: Iterable[ModuleType]) -> list[Path]:
    """Return the files of modules."""
    return [Path(str(module.__file__)) for module in modules]


def dump_without_prose(code: str) -> str:
    """Return the syntax tree of Python code as text, without docstrings.

    Docstrings are those of modules, classes, functions and attributes: all statements that consist
    of a string only. The tree has neither comments nor formatting.
    """
    tree = ast.parse(code)
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                setattr(node, name, [each for each in statements if not is_docstring(each)])
    return ast.dump(tree)


def is_docstring(statement: ast.AST) -> bool:
    """Return whether a statement consists of a string only."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
