"""pip as it would run in Azure: `python -m cli.target_pip install ...` resolves for the target, on any machine.

`--platform` and `--python-version` choose wheels for the target, but pip still reads environment markers
(`; python_version < "3.13"`) with the Python that runs it: a zip built on Windows or on Python 3.13 would miss
packages. So the markers get the target's environment too.

Source: https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-platform
"""

from __future__ import annotations

import sys

TARGET_PYTHON = "3.11"
# Wheels of either tag run on the Functions image (glibc 2.31 and later).
PIP_ARGUMENTS = (
    *("--platform", "manylinux2014_x86_64", "--platform", "manylinux_2_28_x86_64"),
    *("--python-version", TARGET_PYTHON, "--implementation", "cp", "--only-binary=:all:"),
)
TARGET_MARKERS = {
    "implementation_name": "cpython",
    "implementation_version": f"{TARGET_PYTHON}.0",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": f"{TARGET_PYTHON}.0",
    "python_version": TARGET_PYTHON,
    "sys_platform": "linux",
}


def main(arguments: list[str]) -> int:
    """Run pip with the target's markers; its exit code."""
    from pip._internal.cli.main import main as pip
    from pip._vendor.packaging import markers

    markers.default_environment = lambda: dict(TARGET_MARKERS)
    return pip(arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
