// Every role that the app's identity holds: data-plane roles only, on one resource each, each with its reason. None can
// change, read the settings of, or delete a resource.
// Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles

@description('Object id of the identity that the app runs as.')
param principalId string

@description('Name of the main storage account.')
param storageAccountName string

@description('Name of the account for transient recordings.')
param transientAccountName string

@description('Name of the key vault.')
param keyVaultName string

@description('Name of the Application Insights component.')
param insightsName string

@description('Name of the Durable Task Scheduler; empty where Azure Storage is the backend.')
param schedulerName string

@description('Name of the speech account; empty without one.')
param speechName string

var storageRoles = [
  {
    // Storage Blob Data Owner. Reason: inbox and recordings are written, read, deleted, and the host takes leases for
    // its locks, which Contributor cannot on the host's own containers.
    id: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  }
  {
    // Storage Table Data Contributor. Reason: inbox, records, intents; the history of Azure Storage as the backend.
    id: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  }
  {
    // Storage Queue Data Contributor. Reason: the control and work-item queues of Azure Storage as the backend.
    id: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  }
]
// Storage Blob Data Contributor. Reason: transient recordings are written, read, deleted; nothing is owned there.
var transientRole = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
// Key Vault Secrets User. Reason: the platform resolves CALLBACK_KEYS with it; on that secret alone.
var secretRole = '4633458b-17de-408a-b874-0445c86b69e6'
// Key Vault Crypto Service Encryption User. Reason: wraps and unwraps the keys of sensitive calls; cannot read any.
var keyRole = 'e147488a-f6f5-4113-8e2d-b22465e65bf6'
// Monitoring Metrics Publisher. Reason: Application Insights takes telemetry from identities with it, and from no key.
var insightsRole = '3913510d-42f4-4e42-8a64-420c390055eb'
// Durable Task Data Contributor. Reason: orchestrations are started, worked on, queried.
var schedulerRole = '0ad04412-c4d5-4796-b79c-f76d14c8d402'
// Cognitive Services Speech User. Reason: prompts are synthesised; keys cannot be read with it.
var speechRole = 'f2dc8367-1007-4938-bd23-fe263f013447'

resource storageAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageAccountName
}

resource transientAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: transientAccountName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: keyVaultName
}

resource callbackSecret 'Microsoft.KeyVault/vaults/secrets@2024-11-01' existing = {
  parent: vault
  name: 'callback-keys'
}

resource keyEncryptionKey 'Microsoft.KeyVault/vaults/keys@2024-11-01' existing = {
  parent: vault
  name: 'key-encryption'
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' existing = if (!empty(schedulerName)) {
  name: empty(schedulerName) ? 'none' : schedulerName
}

resource speech 'Microsoft.CognitiveServices/accounts@2024-10-01' existing = if (!empty(speechName)) {
  name: empty(speechName) ? 'none' : speechName
}

resource onStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in storageRoles: {
    name: guid(storageAccount.id, principalId, role.id)
    scope: storageAccount
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.id)
    }
  }
]

resource onTransient 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(transientAccount.id, principalId, transientRole)
  scope: transientAccount
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', transientRole)
  }
}

resource onSecret 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(callbackSecret.id, principalId, secretRole)
  scope: callbackSecret
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretRole)
  }
}

resource onKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(keyEncryptionKey.id, principalId, keyRole)
  scope: keyEncryptionKey
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyRole)
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

resource onScheduler 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(schedulerName)) {
  name: guid(scheduler.id, principalId, schedulerRole)
  scope: scheduler
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', schedulerRole)
  }
}

resource onSpeech 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(speechName)) {
  name: guid(speech.id, principalId, speechRole)
  scope: speech
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', speechRole)
  }
}
