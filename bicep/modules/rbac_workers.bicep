// Every role that the media workers' identity holds. No inbox, no records, no callback keys, nothing of Graph's: what a
// worker cannot reach, a call that breaks into one cannot reach either.
// Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles

@description('Object id of the identity that the workers run as.')
param principalId string

@description('Name of the main storage account.')
param storageAccountName string

@description('Name of the account for transient recordings.')
param transientAccountName string

@description('Name of the key vault.')
param keyVaultName string

@description('Name of the Application Insights component.')
param insightsName string

// Storage Blob Data Contributor. Reason: recordings are written; in the two containers of recordings alone.
var recordingsRole = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
// Key Vault Secrets User. Reason: the certificate is read with its key, as a secret; that one alone.
var certificateRole = '4633458b-17de-408a-b874-0445c86b69e6'
// Monitoring Metrics Publisher. Reason: Application Insights takes telemetry from identities with it, and from no key.
var insightsRole = '3913510d-42f4-4e42-8a64-420c390055eb'

resource storageAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageAccountName
}

resource storageBlobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' existing = {
  parent: storageAccount
  name: 'default'
}

resource keptRecordings 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = {
  parent: storageBlobs
  name: 'recordings'
}

resource transientAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: transientAccountName
}

resource transientBlobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' existing = {
  parent: transientAccount
  name: 'default'
}

resource transientRecordings 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = {
  parent: transientBlobs
  name: 'transient'
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: keyVaultName
}

resource certificate 'Microsoft.KeyVault/vaults/secrets@2024-11-01' existing = {
  parent: vault
  name: 'media'
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource onKept 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(keptRecordings.id, principalId, recordingsRole)
  scope: keptRecordings
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', recordingsRole)
  }
}

resource onTransient 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(transientRecordings.id, principalId, recordingsRole)
  scope: transientRecordings
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', recordingsRole)
  }
}

resource onCertificate 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(certificate.id, principalId, certificateRole)
  scope: certificate
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', certificateRole)
  }
}

resource onInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, insightsRole)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', insightsRole)
  }
}
