"""The steps of a deployment, from its parameter file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cli.deployment_zip import DEPLOYED
from cli.steps import Step

#: Where a run keeps what it makes, below the project's folder.
WORK = ".local/deploy"
BACKENDS = ("azureManaged", "azureStorage")
_PROVIDERS = (
    "Microsoft.BotService",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.OperationalInsights",
    "Microsoft.Storage",
    "Microsoft.Web",
)
_QUIET = ("--output", "none")
_PATIENT = ("--timeout", "900", *_QUIET)
_ROLE_HINT = "It needs Owner, or Contributor and Role Based Access Control Administrator, on the resource group."
_ENTRA_HINT = "It needs the Entra role Application Developer at least."
_CERTIFICATE_HINT = (
    "Media workers need a certificate of a public authority before they start. Import it, which needs the role Key "
    "Vault Certificates Officer: az keyvault certificate import --vault-name VAULT --name media --file FILE.pfx"
)


class ParametersUnusable(Exception):
    """The parameter file cannot be deployed from; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What is deployed, and where."""

    parameters: Path
    name: str
    resource_group: str
    location: str
    backend: str = BACKENDS[0]
    private_network: bool = False
    speech: bool = False
    media_workers: bool = False
    #: `local`: packages are fetched here, for Azure's platform. `remote`: Azure fetches them.
    build: Literal["local", "remote"] = "local"

    @classmethod
    def read(
        cls, parameters: Path, *, location: str, resource_group: str | None, build: Literal["local", "remote"]
    ) -> Deployment:
        """From a parameter file of `bicep/main.bicep`. Raises `ParametersUnusable`."""
        try:
            document = json.loads(parameters.read_text(encoding="utf-8"))
            given: dict[str, Any] = {name: each["value"] for name, each in document["parameters"].items()}
            name = given["name"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ParametersUnusable(f"{parameters} is no parameter file with a name in it: {error!r}") from None
        backend = given.get("durableBackend", BACKENDS[0])
        if backend not in BACKENDS:
            raise ParametersUnusable(f"{parameters}: durableBackend is {backend!r}, none of {', '.join(BACKENDS)}")
        return cls(
            parameters=parameters,
            name=name,
            resource_group=resource_group or f"rg-{name}",
            location=location,
            backend=backend,
            private_network=bool(given.get("privateNetwork")),
            speech=bool(given.get("speech")),
            media_workers=bool(given.get("mediaWorkers")),
            build=build,
        )

    @property
    def providers(self) -> tuple[str, ...]:
        """The resource providers that it needs."""
        more = {
            "Microsoft.App": self.private_network or self.media_workers,  # delegates the app's subnet
            "Microsoft.CognitiveServices": self.speech,
            "Microsoft.Compute": self.media_workers,
            "Microsoft.DurableTask": self.backend == "azureManaged",
            "Microsoft.Network": self.private_network or self.media_workers,
        }
        return tuple(sorted((*_PROVIDERS, *(name for name, needed in more.items() if needed))))


def _only(query: str) -> tuple[str, ...]:
    """The options that make az print one value and nothing around it."""
    return ("--query", query, "--output", "tsv")


def deploy_steps(it: Deployment) -> list[Step]:
    """Every step, in order."""
    return [*_subscription(it), *_entra(it), *_infrastructure(it), *_trust(it), *_workers(it), *_app(it)]


def _subscription(it: Deployment) -> list[Step]:
    tags = ("--tags", "application=callwright", f"deployment={it.name}")
    return [
        Step(
            name="which subscription",
            command=("az", "account", "show", *_only("id")),
            gives="SUBSCRIPTION_ID",
            hint="Sign in first: az login",
        ),
        Step(
            name="which tenant",
            command=("az", "account", "show", *_only("tenantId")),
            gives="BOT_TENANT_ID",
        ),
        *(
            Step(name=f"provider {each}", command=("az", "provider", "register", "--namespace", each, "--wait"))
            for each in it.providers
        ),
        Step(
            name="resource group",
            command=("az", "group", "create", "--name", it.resource_group, "--location", it.location, *tags, *_QUIET),
            hint=_ROLE_HINT,
        ),
    ]


def _entra(it: Deployment) -> list[Step]:
    create = ("az", "ad", "app", "create", "--display-name", it.name, "--sign-in-audience", "AzureADMyOrg")
    create += ("--requested-access-token-version", "2", "--app-roles", "@bicep/entra/app-roles.json")
    create += ("--required-resource-accesses", "@bicep/entra/graph-permissions.json")
    return [
        Step(
            name="Entra application, made or brought up to date",
            command=(*create, *_only("appId")),
            gives="BOT_APP_ID",
            hint=_ENTRA_HINT,
        ),
        Step(
            name="its identifier",
            command=("az", "ad", "app", "update", "--id", "$BOT_APP_ID", "--identifier-uris", "api://$BOT_APP_ID"),
            hint=_ENTRA_HINT,
        ),
        Step(
            name="its service principal",
            command=("az", "ad", "sp", "create", "--id", "$BOT_APP_ID", *_QUIET),
            unless=("az", "ad", "sp", "list", "--filter", "appId eq '$BOT_APP_ID'", *_only("[].id")),
            hint=_ENTRA_HINT,
        ),
    ]


def _infrastructure(it: Deployment) -> list[Step]:
    keys = f"{WORK}/callback-keys.json"
    existing = ("az", "functionapp", "list", "--resource-group", it.resource_group)
    later = ("mediaWorkers=false", "ownNetwork=true") if it.media_workers else ()
    show = ("az", "deployment", "group", "show", "--name", it.name, "--resource-group", it.resource_group)
    outputs = {
        "FUNCTION_APP": "functionAppName",
        "HOST_NAME": "functionAppHostName",
        "IDENTITY_ID": "identityPrincipalId",
        **({"KEY_VAULT": "keyVaultName"} if it.media_workers else {}),
    }
    return [
        Step(
            name="whether calls may be live",
            command=(*existing, *_only("[].name")),
            gives="EXISTING_APP",
            again=True,
        ),
        Step(
            name="callback keys, new ones for a new app only",
            command=("python", "-m", "cli.callback_keys", keys, "$EXISTING_APP"),
            again=True,
        ),
        _template(it, "everything that bicep/ describes", "--parameters", f"@{keys}", more=later, removes=(keys,)),
        *(
            Step(
                name=f"output {output}",
                command=(*show, *_only(f"properties.outputs.{output}.value")),
                gives=variable,
            )
            for variable, output in outputs.items()
        ),
    ]


def _template(
    it: Deployment, name: str, *files: str, more: tuple[str, ...] = (), removes: tuple[str, ...] = ()
) -> Step:
    where = ("--name", it.name, "--resource-group", it.resource_group, "--template-file", "bicep/main.bicep")
    parameters = ("--parameters", f"@{it.parameters.as_posix()}", *files)
    own = ("--parameters", "botAppId=$BOT_APP_ID", *more)
    return Step(
        name=name,
        command=("az", "deployment", "group", "create", *where, *parameters, *own, *_QUIET),
        removes=removes,
        hint=f"{_ROLE_HINT} What went wrong in detail: az deployment operation group list --name {it.name} "
        f"--resource-group {it.resource_group}",
    )


def _trust(it: Deployment) -> list[Step]:
    credential = {
        "name": "callwright-$IDENTITY_ID",
        "issuer": "https://login.microsoftonline.com/$BOT_TENANT_ID/v2.0",
        "subject": "$IDENTITY_ID",
        "audiences": ["api://AzureADTokenExchange"],
    }
    federated = ("az", "ad", "app", "federated-credential")
    trusted = ("list", "--id", "$BOT_APP_ID", *_only("[?subject=='$IDENTITY_ID'].id"))
    return [
        Step(
            name="the application trusts the app's identity",
            command=(*federated, "create", "--id", "$BOT_APP_ID", "--parameters", json.dumps(credential), *_QUIET),
            unless=(*federated, *trusted),
            hint=_ENTRA_HINT,
        )
    ]


def _workers(it: Deployment) -> list[Step]:
    if not it.media_workers:
        return []
    show = ("az", "keyvault", "certificate", "show", "--vault-name", "$KEY_VAULT", "--name", "media")
    feature = ("az", "feature", "register", "--namespace", "Microsoft.Compute", "--name", "EncryptionAtHost")
    return [
        Step(name="encryption at the host", command=(*feature, *_QUIET)),
        Step(
            name="the media workers' certificate",
            command=(*show, *_only("id")),
            gives="MEDIA_CERTIFICATE",
            hint=_CERTIFICATE_HINT,
        ),
        _template(it, "media workers"),
    ]


def _app(it: Deployment) -> list[Step]:
    host_json = f"bicep/durable/{it.backend}/host.json"
    package = f"{WORK}/callwright.zip"
    if it.build == "local":
        build = ("python", "-m", "cli.deployment_zip", "--out", package, "--host-json", host_json)
    else:
        rooms = tuple(name for name in DEPLOYED if name != "host.json")
        archive = ("git", "archive", "--format=zip", f"--output={package}", f"--add-file={host_json}")
        build = (*archive, "HEAD", *rooms)
    remote = ("--build-remote", "true" if it.build == "remote" else "false")
    deployed = ("--resource-group", it.resource_group, "--name", "$FUNCTION_APP", "--src", package)
    health = ("az", "rest", "--method", "get", "--url", "https://$HOST_NAME/api/health", "--skip-authorization-header")
    teams_app = ("python", "-m", "teams_app", "--bot-app-id", "$BOT_APP_ID", "--host-name", "$HOST_NAME")
    return [
        Step(name="the app's package", command=build),
        Step(
            name="the app",
            command=("az", "functionapp", "deployment", "source", "config-zip", *deployed, *remote, *_PATIENT),
        ),
        Step(
            name="the app answers",
            command=(*health, *_QUIET),
            attempts=6,
            hint="The app does not start. Ask: python -m cli doctor, python -m cli logs",
        ),
        Step(
            name="the Teams app's package",
            command=(*teams_app, "--out", f"{WORK}/teams-app.zip"),
        ),
    ]
