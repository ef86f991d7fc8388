# which subscription
SUBSCRIPTION_ID=$(az account show --query id --output tsv)
# which tenant
BOT_TENANT_ID=$(az account show --query tenantId --output tsv)
# provider Microsoft.App
az provider register --namespace Microsoft.App --wait
# provider Microsoft.BotService
az provider register --namespace Microsoft.BotService --wait
# provider Microsoft.CognitiveServices
az provider register --namespace Microsoft.CognitiveServices --wait
# provider Microsoft.Insights
az provider register --namespace Microsoft.Insights --wait
# provider Microsoft.KeyVault
az provider register --namespace Microsoft.KeyVault --wait
# provider Microsoft.ManagedIdentity
az provider register --namespace Microsoft.ManagedIdentity --wait
# provider Microsoft.Network
az provider register --namespace Microsoft.Network --wait
# provider Microsoft.OperationalInsights
az provider register --namespace Microsoft.OperationalInsights --wait
# provider Microsoft.Storage
az provider register --namespace Microsoft.Storage --wait
# provider Microsoft.Web
az provider register --namespace Microsoft.Web --wait
# resource group
az group create --name rg-callwright --location westeurope --tags application=callwright deployment=callwright --output none
# Entra application, made or brought up to date
BOT_APP_ID=$(az ad app create --display-name callwright --sign-in-audience AzureADMyOrg --requested-access-token-version 2 --app-roles @bicep/entra/app-roles.json --required-resource-accesses @bicep/entra/graph-permissions.json --query appId --output tsv)
# its identifier
az ad app update --id "$BOT_APP_ID" --identifier-uris "api://$BOT_APP_ID"
# its service principal
test -n "$(az ad sp list --filter "appId eq '$BOT_APP_ID'" --query '[].id' --output tsv)" || az ad sp create --id "$BOT_APP_ID" --output none
# whether calls may be live
EXISTING_APP=$(az functionapp list --resource-group rg-callwright --query '[].name' --output tsv)
# callback keys, new ones for a new app only
python -m cli.callback_keys .local/deploy/callback-keys.json "$EXISTING_APP"
# everything that bicep/ describes
az deployment group create --name callwright --resource-group rg-callwright --template-file bicep/main.bicep --parameters @bicep/parameters/private.parameters.json --parameters @.local/deploy/callback-keys.json --parameters "botAppId=$BOT_APP_ID" --output none
rm -f .local/deploy/callback-keys.json
# output functionAppName
FUNCTION_APP=$(az deployment group show --name callwright --resource-group rg-callwright --query properties.outputs.functionAppName.value --output tsv)
# output functionAppHostName
HOST_NAME=$(az deployment group show --name callwright --resource-group rg-callwright --query properties.outputs.functionAppHostName.value --output tsv)
# output identityPrincipalId
IDENTITY_ID=$(az deployment group show --name callwright --resource-group rg-callwright --query properties.outputs.identityPrincipalId.value --output tsv)
# the application trusts the app's identity
test -n "$(az ad app federated-credential list --id "$BOT_APP_ID" --query "[?subject=='$IDENTITY_ID'].id" --output tsv)" || az ad app federated-credential create --id "$BOT_APP_ID" --parameters "{\"name\": \"callwright-$IDENTITY_ID\", \"issuer\": \"https://login.microsoftonline.com/$BOT_TENANT_ID/v2.0\", \"subject\": \"$IDENTITY_ID\", \"audiences\": [\"api://AzureADTokenExchange\"]}" --output none
# the app's package
python -m cli.deployment_zip --out .local/deploy/callwright.zip --host-json bicep/durable/azureStorage/host.json
# the app
az functionapp deployment source config-zip --resource-group rg-callwright --name "$FUNCTION_APP" --src .local/deploy/callwright.zip --build-remote false --timeout 900 --output none
# the app answers
az rest --method get --url "https://$HOST_NAME/api/health" --skip-authorization-header --output none
# the Teams app's package
python -m teams_app --bot-app-id "$BOT_APP_ID" --host-name "$HOST_NAME" --out .local/deploy/teams-app.zip
