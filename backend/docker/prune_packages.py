"""Removes from installed packages what serving never touches, and compiles the rest.

    python slim.py FOLDER

Run while an image is built. Each pattern below says what it removes; one that removes nothing
fails the build, so that the list cannot rot. `make test-image` proves that the rest is enough.
"""

import compileall
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

UNUSED = {
    "**/tests": "tests of the packages",
    "**/*.pyi": "types",
    "**/*.h": "headers",
    "bin": "commands",
    "onnxruntime/capi/libonnxruntime.so.*": "a second copy of the library in the Python extension",
    "onnxruntime/transformers": "optimises models, offline",
    "onnxruntime/quantization": "quantises models, offline",
    "onnxruntime/tools": "converts models, offline",
    "onnxruntime/datasets": "examples",
    "numpy/f2py": "compiles Fortran",
    "numpy/core/_simd.*": "tests of vector instructions",
    "packaging": "compares versions of packages",
    "pydantic/v1": "the old interface, which FastAPI looks for and does without",
    "google": "reads and writes ONNX files in Python",
    "flatbuffers": "reads and writes ORT files in Python",
    "numpy/array_api": "another interface",
    "numpy/**/*.a": "static libraries",
    "PIL/_avif.*": "AVIF, which is not accepted",
    "pillow.libs/libavif-*": "AVIF",
    "PIL/_imagingft.*": "text in fonts",
    "pillow.libs/libfreetype-*": "fonts",
    "pillow.libs/libharfbuzz-*": "fonts",
    "pillow.libs/libbrotli*": "compressed fonts",
    "pillow.libs/libpng16-*": "bitmap fonts: PNG pictures are read by Pillow itself",
    "PIL/_imagingcms.*": "colour profiles",
    "pillow.libs/liblcms2-*": "colour profiles",
    "PIL/_imagingtk.*": "windows of Tk",
}


def slim(folder: Path) -> None:
    """Remove what is unused below `folder`, saying how much each pattern saves."""
    for pattern, what in UNUSED.items():
        saved = 0
        for path in sorted(folder.glob(pattern)):
            saved += size(path)
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        if not saved:
            sys.exit(f"{pattern} matches nothing: take it off the list in {__file__}")
        print(f"{saved / 1e6:6.1f} MB  {pattern}: {what}")


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def strip(folder: Path) -> None:
    """Remove the symbols that only debuggers need from shared libraries."""
    libraries = [path for path in folder.rglob("*.so*") if path.is_file()]
    before = size(folder)
    subprocess.run(["/usr/bin/strip", "--strip-unneeded", *libraries], check=True)  # noqa: S603
    print(f"{(before - size(folder)) / 1e6:6.1f} MB  **/*.so: symbols for debuggers")


def compile_all(folder: Path) -> None:
    """Compile to bytecode that is used whatever the times of the files become in an image."""
    mode = PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(folder, quiet=1, workers=0, invalidation_mode=mode):
        sys.exit("Some code could not be compiled; see above.")


if __name__ == "__main__":
    packages = Path(sys.argv[1])
    slim(packages)
    strip(packages)
    compile_all(packages)
    print(f"{size(packages) / 1e6:6.1f} MB  left, bytecode included")
