"""`callwright consent`: which permissions an administrator is asked for, why, and where to say yes.

What az cannot do is printed as Teams PowerShell: resource accounts for telephone numbers, and whose meetings the bot
may manage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from cli.entra import ASKED
from cli.running import CommandFailed, Stopped, call
from cli.steps import Step, fill, script
from graph.clouds import GLOBAL
from graph.permissions import PERMISSIONS

_TENANT = ("az", "account", "show", "--query", "tenantId", "--output", "tsv")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--name", default="callwright", help="name of the deployment (default: callwright)")
    parser.add_argument("--app-id", metavar="ID", help="of the bot's application; asked of az when left out")
    parser.add_argument("--tenant", metavar="ID", help="whose administrator consents; az's own when left out")
    parser.add_argument(
        "--grant", action="store_true", help="consent now, as the administrator that az is signed in as"
    )
    parser.add_argument("--dry-run", action="store_true", help="print every command, run none")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the address and what it is for; with --grant, consent."""
    steps = consent_steps(name=options.name, app_id=options.app_id, tenant=options.tenant, grant=options.grant)
    if options.dry_run:
        print(script(steps), end="")
        return 0
    values = {"BOT_APP_ID": options.app_id or "", "BOT_TENANT_ID": options.tenant or ""}
    try:
        for step in steps:
            printed = call(fill(step.command, values))
            if step.gives:
                values[step.gives] = printed
        if not values["BOT_APP_ID"]:
            raise Stopped(f"there is no application named {options.name}: deploy first, or give --app-id")
    except (CommandFailed, Stopped) as failure:
        print(f"consent: {failure}", file=sys.stderr)
        return 1
    print(explained(values["BOT_TENANT_ID"], values["BOT_APP_ID"]))
    return 0


def consent_steps(*, name: str, app_id: str | None, tenant: str | None, grant: bool) -> list[Step]:
    """What az is asked for."""
    steps: list[Step] = []
    if app_id is None:
        find = ("az", "ad", "app", "list", "--display-name", name, "--query", "[0].appId", "--output", "tsv")
        steps.append(Step(name="which application", command=find, gives="BOT_APP_ID"))
    if tenant is None:
        steps.append(Step(name="which tenant", command=_TENANT, gives="BOT_TENANT_ID"))
    if grant:
        command = ("az", "ad", "app", "permission", "admin-consent", "--id", app_id or "$BOT_APP_ID")
        steps.append(Step(name="consent", command=command))
    return steps


def consent_url(tenant_id: str, app_id: str, *, authority: str = GLOBAL.login_authority) -> str:
    """Where an administrator of a tenant consents.

    Source: https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent
    """
    return f"{authority}/{tenant_id}/adminconsent?client_id={app_id}"


def explained(tenant_id: str, app_id: str) -> str:
    """The whole page that an administrator needs."""
    return "\n\n".join(
        (
            "Consent of an administrator (it is asked for all of these at once, and again when they change):\n"
            f"  {consent_url(tenant_id, app_id)}",
            "\n".join(f"  {name}\n    {_used_for(name)}" for name in ASKED),
            "Telephone numbers and meetings, in Teams PowerShell (Connect-MicrosoftTeams first):\n"
            + "\n".join(f"  {line}" for line in powershell(app_id)),
        )
    )


def powershell(app_id: str) -> Sequence[str]:
    """What gives the bot a telephone number, and a user's meetings. Words in capitals are yours to fill in.

    Source: https://learn.microsoft.com/graph/cloud-communications-phone-number,
    https://learn.microsoft.com/graph/cloud-communication-online-meeting-application-access-policy
    """
    return (
        "# a resource account, which people and numbers call",
        f"New-CsOnlineApplicationInstance -UserPrincipalName ACCOUNT@DOMAIN -ApplicationId {app_id} -DisplayName NAME",
        f"Sync-CsOnlineApplicationInstance -ObjectId OBJECT_ID -ApplicationId {app_id}",
        "# its number: the account needs the licence Microsoft Teams Phone Resource Account first",
        "Set-CsPhoneNumberAssignment -Identity ACCOUNT@DOMAIN -PhoneNumber NUMBER -PhoneNumberType CallingPlan",
        "# whose meetings the bot may create and read; up to 30 minutes until it holds",
        f'New-CsApplicationAccessPolicy -Identity Callwright -AppIds "{app_id}" -Description "Callwright"',
        "Grant-CsApplicationAccessPolicy -PolicyName Callwright -Identity USER@DOMAIN",
    )


def _used_for(permission: str) -> str:
    actions = [row.action for row in PERMISSIONS if permission == row.least or permission in row.also]
    return ", ".join(dict.fromkeys(actions))
