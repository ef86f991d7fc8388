"""`python -m teams_app --bot-app-id ID --host-name HOST --out FILE`: the package to upload to Teams."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from teams_app.package import App, NotATeamsApp, write_package


def main(arguments: list[str] | None = None) -> int:
    """Write the package; 1 when Teams would not take it."""
    parser = argparse.ArgumentParser(prog="python -m teams_app", description=__doc__)
    parser.add_argument("--bot-app-id", required=True, metavar="ID", help="application (client) id of the bot in Entra")
    parser.add_argument("--host-name", required=True, metavar="HOST", help="host name of the function app")
    parser.add_argument("--name", default=App.name, help=f"name that people see (default: {App.name})")
    parser.add_argument("--developer-name", default=App.developer_name, help="who offers it")
    parser.add_argument("--developer-url", default=App.developer_url, help="their page with privacy and terms")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the zip goes")
    options = vars(parser.parse_args(arguments))
    out: Path = options.pop("out")
    try:
        write_package(App(**options), out)
    except NotATeamsApp as error:
        print(error, file=sys.stderr)
        return 1
    print(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
