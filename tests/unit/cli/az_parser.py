"""Run by the Python of an installed azure-cli: which of the command lines on standard input its own parser refuses.

Reads `[[word, ...], ...]`, prints `{"index": "what it says"}`. Nothing is sent anywhere; nobody signs in.
"""

import contextlib
import io
import json
import sys

from azure.cli.core import get_default_cli


def main() -> None:
    cli = get_default_cli()
    refused = {}
    for index, words in enumerate(json.load(sys.stdin)):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            try:
                parse(cli, words[1:])
            except (Exception, SystemExit) as error:  # argparse exits, azure-cli raises
                refused[index] = f"{error!r} {said.getvalue()}"[-600:]
    print(json.dumps(refused))


def parse(cli, words: list[str]) -> None:
    invocation = cli.invocation_cls(
        cli_ctx=cli,
        parser_cls=cli.parser_cls,
        commands_loader_cls=cli.commands_loader_cls,
        help_cls=cli.help_cls,
    )
    cli.invocation = invocation
    loader = invocation.commands_loader
    loader.load_command_table(words)
    command = invocation._rudimentary_get_command(words)
    if command not in loader.command_table:
        raise ValueError(f"no such command: {' '.join(words[:4])}")
    loader.command_name = command
    invocation.data["command_string"] = command
    loader.command_table = {command: loader.command_table[command]}
    loader.load_arguments(command)
    invocation.parser.cli_ctx = cli
    invocation.parser.load_command_table(loader)
    invocation.parser.parse_args(words)
    # argparse takes abbreviations, which a later azure-cli may not.
    settings = [argument.type.settings for argument in loader.command_table[command].arguments.values()]
    options = {str(option) for each in settings for option in each.get("options_list") or []}
    known = options | {"--output", "--query", "--subscription"}
    abbreviated = [word for word in words if word.startswith("--") and word not in known]
    if abbreviated:
        raise ValueError(f"no such option, or an abbreviation: {', '.join(abbreviated)}")


main()
