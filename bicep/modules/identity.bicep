// An identity, for the app or for the media workers. The app's holds every role of rbac.bicep, and the bot's Entra
// application trusts it as a federated credential (`callwright deploy` writes that trust): there is no client secret to
// keep or to leak. The workers' holds the few of rbac_workers.bicep, and nobody gives it a token for Graph.
// Source: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity

@description('Beginning of every resource name.')
param prefix string

@description('Who runs as it.')
@allowed([
  'app'
  'workers'
])
param who string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${prefix}-${who}-identity'
  location: location
  tags: tags
}

@description('Resource id, for what runs as this identity.')
output id string = identity.id

@description('Client id: BOT_IDENTITY_CLIENT_ID and AzureWebJobsStorage__clientId.')
output clientId string = identity.properties.clientId

@description('Object id: the subject of the federated credential.')
output principalId string = identity.properties.principalId
