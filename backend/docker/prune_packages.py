"""Removes files that serving never uses from installed packages, and compiles the rest.

    python prune_packages.py FOLDER

Runs while a container image is built. Each pattern below states what it removes; a pattern that
matches nothing fails the build, so that the list stays current. `make test-image` proves that the
remaining files suffice.
"""

import compileall
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

UNUSED = {
    "**/tests": "tests of the packages",
    "**/*.pyi": "type stubs",
    "**/*.h": "C headers",
    "bin": "command-line tools",
    "onnxruntime/capi/libonnxruntime.so.*": "the C library: the Python extension contains it too",
    "onnxruntime/transformers": "offline optimization of models",
    "onnxruntime/quantization": "offline quantization of models",
    "onnxruntime/tools": "conversion of models",
    "onnxruntime/datasets": "example models",
    "numpy/f2py": "Fortran compiler wrapper",
    "numpy/core/_simd.*": "tests of vector instructions",
    "packaging": "comparison of package versions",
    "pydantic/v1": "the interface of Pydantic 1, which FastAPI treats as optional",
    "google": "protobuf: ONNX files in Python",
    "flatbuffers": "ORT files in Python",
    "numpy/array_api": "an alternative interface",
    "numpy/**/*.a": "static libraries",
    "PIL/_avif.*": "AVIF, which the API does not accept",
    "pillow.libs/libavif-*": "AVIF",
    "PIL/_imagingft.*": "rendering of fonts",
    "pillow.libs/libfreetype-*": "fonts",
    "pillow.libs/libharfbuzz-*": "fonts",
    "pillow.libs/libbrotli*": "compressed fonts",
    "pillow.libs/libpng16-*": "bitmap fonts; Pillow decodes PNG images itself",
    "PIL/_imagingcms.*": "color profiles",
    "pillow.libs/liblcms2-*": "color profiles",
    "PIL/_imagingtk.*": "Tk windows",
}
"""What each pattern below the folder removes."""


def main() -> None:
    folder = Path(sys.argv[1])
    prune(folder)
    strip(folder)
    compile_all(folder)
    print(f"{size(folder) / 1e6:6.1f} MB  left, bytecode included")


def prune(folder: Path) -> None:
    """Remove unused files below a folder and print how much each pattern saves.

    Raises SystemExit if a pattern matches nothing.
    """
    for pattern, content in UNUSED.items():
        saved = 0
        for path in sorted(folder.glob(pattern)):
            saved += size(path)
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        if not saved:
            sys.exit(f"{pattern} matches nothing; remove it from the list in {__file__}.")
        print(f"{saved / 1e6:6.1f} MB  {pattern}: {content}")


def size(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def strip(folder: Path) -> None:
    """Remove the symbols that only debuggers need from shared libraries."""
    libraries = [path for path in folder.rglob("*.so*") if path.is_file()]
    before = size(folder)
    subprocess.run(["/usr/bin/strip", "--strip-unneeded", *libraries], check=True)  # noqa: S603
    print(f"{(before - size(folder)) / 1e6:6.1f} MB  **/*.so: debug symbols")


def compile_all(folder: Path) -> None:
    """Compile to bytecode that stays valid when an image changes the files' times.

    Raises SystemExit if some code cannot be compiled.
    """
    mode = PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(folder, quiet=1, workers=0, invalidation_mode=mode):
        sys.exit("Some code could not be compiled; see above.")


if __name__ == "__main__":
    main()
