"""Build the extension modules, where there is a C compiler; everything else is in pyproject.toml.

The engine is plain Python that Cython also compiles. Without a compiler, or when it fails, the install
succeeds all the same and the plain files run. ``MICROGRAD_NO_EXTENSIONS=1`` does not even try, and makes a
wheel for every platform.
"""

from __future__ import annotations

import importlib.util
import os
import runpy
import shutil
import sys
import threading
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

PACKAGE = Path("src") / "micrograd"

# Compiled from the very files that run uncompiled.
ENGINE = ["_functions", "_node", "engine", "matrix", "fused", "nn", "updates", "_watch"]

# No multiply-add may be contracted in the engine: its results are equal to Python's to the last bit.
# Its classes are made as Python makes classes: of one whose attributes can be assigned to, Python expects that.
HEAP_TYPES = "-DCYTHON_USE_TYPE_SPECS=1"
ENGINE_FLAGS = {
    "msvc": ["/O2", "/fp:precise", HEAP_TYPES],
    "others": ["-O3", "-ffp-contract=off", HEAP_TYPES],
}
# The compiler's kernels promise less, and may. Nor has a square root or a comparison in them to set errno or
# to raise a floating-point exception. Their files call each other directly: nobody else does.
KERNEL_FLAGS = {
    "msvc": ["/O2"],
    "others": ["-O3", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden"],
}


# Without names and lines for a debugger, and without the path of the folder where it was built: two builds of the
# same sources are equal.
SMALL = {"msvc": [], "others": ["-g0", f"-ffile-prefix-map={Path.cwd()}=."]}
STRIPPED = {"linux": ["-Wl,--strip-all"], "darwin": ["-Wl,-S,-x"]}
# The dates of a wheel's files, which nobody reads, would differ from build to build.
os.environ.setdefault("SOURCE_DATE_EPOCH", "1577836800")

# For "make sanitize": memory checkers are compiled in, and freed nodes are not used again, or no checker would
# notice the use of one. "quick" is built in a tenth of the time, and runs slower.
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]
OPTIMIZED = ["-O0", "-g1"] if os.environ.get("MICROGRAD_SANITIZE") == "quick" else ["-O1", "-g"]
SANITIZED = [*SANITIZERS, *OPTIMIZED, "-DSPARE_NODES=0"] if os.environ.get("MICROGRAD_SANITIZE") else []


class BuildExtensions(build_ext):
    """Build what can be built, and the modules of the engine either all or not at all."""

    translating = threading.Lock()

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def build_extensions(self) -> None:
        if not importlib.util.find_spec("Cython"):
            say("Cython is not installed: the engine stays uncompiled")
            self.extensions = [e for e in self.extensions if not is_engine(e)]
        super().build_extensions()
        # A compiled module cannot reach into the C structures of one that runs as Python.
        built = [Path(self.get_ext_fullpath(e.name)) for e in self.extensions if is_engine(e)]
        if not all(path.exists() for path in built):
            for path in built:
                path.unlink(missing_ok=True)
            say("no working C compiler: the engine will run uncompiled, slower, with the same results")

    def build_extension(self, ext: Extension) -> None:
        if is_engine(ext):
            self.translate(ext)
        flags = ENGINE_FLAGS if is_engine(ext) else KERNEL_FLAGS
        kind = self.compiler.compiler_type
        ext.extra_compile_args = [
            *flags.get(kind, flags["others"]),
            *SMALL.get(kind, SMALL["others"]),
            *ext.extra_compile_args,
            *SANITIZED,
        ]
        # A report of a checker names lines, so nothing is stripped then.
        linked = SANITIZERS[:1] if SANITIZED else STRIPPED.get(sys.platform, [])
        ext.extra_link_args = [*linked, *ext.extra_link_args]
        super().build_extension(ext)

    def translate(self, ext: Extension) -> None:
        """Make C of a module of the engine: here, because building an sdist has no use for it.

        One after another, while the compiler is at work on what was translated before, and on the kernels.
        """
        from Cython.Build import cythonize

        # Where Cython is told of a folder for its cache, whoever builds the same sources again does not translate
        # them again: continuous integration builds them a dozen times.
        cache = "CYTHON_CACHE_DIR" in os.environ
        source = Extension(ext.name, list(ext.sources))
        with self.translating:
            (made,) = cythonize([source], include_path=["src"], build_dir="build/cython", cache=cache)
        ext.sources = made.sources


class BuildPackages(build_py):
    """Put the guides beside what makes the site from them, so that an installed package can make it, too."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            site = Path(self.build_lib) / "micrograd" / "site"
            shutil.copytree(
                "docs", site / "guides", ignore=shutil.ignore_patterns("_build"), dirs_exist_ok=True
            )
            shutil.copy("CHANGELOG.md", site)  # where the guides' page of changes looks for it: one folder up


def engine() -> list[Extension]:
    """Return the engine's modules."""
    sources = [PACKAGE / f"{name}.py" for name in ENGINE]
    # With what they take their C types from, so that a change of it is a reason to build anew.
    types = [path.as_posix() for pattern in ("*.pxd", "*.h") for path in PACKAGE.glob(pattern)]
    return [
        Extension(f"micrograd.{path.stem}", [path.as_posix()], depends=types, optional=True)
        for path in sources
    ]


def kernels() -> list[Extension]:
    """Return the compiler's kernels: one module, with the same loops built for several instruction sets."""
    folder = PACKAGE / "compiler" / "kernels"
    write_operations(folder / "operations.h")
    sources = [path.as_posix() for path in sorted(folder.glob("*.c"))]
    headers = [path.as_posix() for path in sorted(folder.glob("*.h"))]
    return (
        [Extension("micrograd.compiler._kernels", sources, depends=headers, optional=True)] if sources else []
    )


def write_operations(header: Path) -> None:
    """Write the list of operations that the kernels are built from, where it is another one now."""
    table = runpy.run_path(str(PACKAGE / "operations.py"), run_name="micrograd.operations")
    text = table["c_header"]()
    if not header.exists() or header.read_text(encoding="utf-8") != text:
        header.write_text(text, encoding="utf-8")


def is_engine(extension: Extension) -> bool:
    """Tell the engine's modules from the kernels."""
    return extension.name.removeprefix("micrograd.") in ENGINE


def say(message: str) -> None:
    """Tell whoever reads the log of the build."""
    print(f"micrograd: {message}", file=sys.stderr)


release = runpy.run_path("tools/release.py", run_name="release")
setup(
    version=release["version"](),
    project_urls=release["urls"](),
    long_description=release["readme"](),
    long_description_content_type="text/markdown",
    # The kernels first: they take as long as all others together, which are built beside them.
    ext_modules=[] if os.environ.get("MICROGRAD_NO_EXTENSIONS") else [*kernels(), *engine()],
    cmdclass={"build_ext": BuildExtensions, "build_py": BuildPackages},
)
