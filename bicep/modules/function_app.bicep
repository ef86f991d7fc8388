// The app on Flex Consumption. One instance each is kept for HTTP and for Durable: they scale apart, Graph waits 15 s
// for an answer to a call at most, and a cold start has been seen to take twice that.
// Source: https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan

@description('Beginning of every resource name.')
param prefix string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Part of names that must be unique in the world: 13 lower-case letters and digits.')
@minLength(13)
@maxLength(13)
param unique string

@description('Resource id of the identity that the app runs as.')
param identityId string

@description('Client id of that identity.')
param identityClientId string

@description('Name of the main storage account.')
param storageAccountName string

@description('Name of the account for transient recordings, which has no soft delete.')
param transientAccountName string

@description('Where the deployed package lies.')
param packagesUrl string

@description('Connection string of Application Insights: an address, not a secret.')
param insightsConnectionString string

@description('Address of the Durable Task Scheduler; empty where Azure Storage is the backend.')
param schedulerEndpoint string

@description('Name of the task hub: `hubName` of host.json.')
param taskHubName string

@description('Reference to the callback keys in Key Vault.')
param callbackKeysReference string

@description('Application (client) id of the bot in Entra.')
param botAppId string

@description('Tenant that the application lives in.')
param botTenantId string

@description('Tenants that may call, comma separated; * for any.')
param callingTenants string

@description('How telephone numbers begin that the bot may dial, comma separated; empty: none.')
param dialAllow string

@description('Folder of the flow documents and routes.yaml within the package.')
param flows string

@description('Further settings of the app, by name.')
param moreSettings object

@description('Instances kept ready for HTTP: what answers calls.')
@minValue(0)
@maxValue(20)
param alwaysReadyHttp int

@description('Instances kept ready for Durable: what carries calls on.')
@minValue(0)
@maxValue(20)
param alwaysReadyDurable int

@description('HTTP requests that one instance works on at a time.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int

@description('Memory of one instance, in MB.')
@allowed([
  512
  2048
  4096
])
param instanceMemoryMB int

@description('Instances at most.')
@minValue(1)
@maxValue(1000)
param maximumInstances int

@description('Subnet that the app reaches private endpoints through; empty without a network.')
param subnetId string

// The same Python that `python dev.py package` fetches wheels for.
var pythonVersion = '3.11'

var baseSettings = [
  {
    name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
    value: 'ClientId=${identityClientId};Authorization=AAD'
  }
  {
    name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'
    value: insightsConnectionString
  }
  {
    name: 'AzureWebJobsStorage__accountName'
    value: storageAccountName
  }
  {
    name: 'AzureWebJobsStorage__clientId'
    value: identityClientId
  }
  {
    name: 'AzureWebJobsStorage__credential'
    value: 'managedidentity'
  }
  {
    // Without it the Durable SDK builds the classes that data names.
    name: 'AZURE_FUNCTIONS_DURABLE_STRICT_TYPING'
    value: '1'
  }
  {
    name: 'BOT_APP_ID'
    value: botAppId
  }
  {
    name: 'BOT_IDENTITY_CLIENT_ID'
    value: identityClientId
  }
  {
    name: 'BOT_TENANT_ID'
    value: botTenantId
  }
  {
    name: 'CALLBACK_KEYS'
    value: callbackKeysReference
  }
  {
    name: 'CALLING_TENANTS'
    value: callingTenants
  }
  {
    name: 'DIAL_ALLOW'
    value: dialAllow
  }
  {
    name: 'FLOWS'
    value: flows
  }
  {
    name: 'TRANSIENT_STORAGE'
    value: transientAccountName
  }
]
var schedulerSettings = [
  {
    name: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
    value: 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${identityClientId}'
  }
  {
    name: 'TASKHUB_NAME'
    value: taskHubName
  }
]
var furtherSettings = [
  for setting in items(moreSettings): {
    name: setting.key
    value: setting.value
  }
]

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${prefix}-plan'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: '${prefix}-${unique}'
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    clientAffinityEnabled: false
    functionAppConfig: {
      deployment: {
        storage: {
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
          type: 'blobContainer'
          value: packagesUrl
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        alwaysReady: [
          {
            instanceCount: alwaysReadyHttp
            name: 'http'
          }
          {
            instanceCount: alwaysReadyDurable
            name: 'durable'
          }
        ]
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstances
        triggers: {
          http: {
            perInstanceConcurrency: httpConcurrency
          }
        }
      }
    }
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    publicNetworkAccess: 'Enabled'
    serverFarmId: plan.id
    siteConfig: {
      appSettings: concat(baseSettings, furtherSettings, empty(schedulerEndpoint) ? [] : schedulerSettings)
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
  }
}

// Packages are deployed with an Entra token, never with a publishing password.
resource publishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = [
  for name in [
    'ftp'
    'scm'
  ]: {
    parent: app
    name: name
    properties: {
      allow: false
    }
  }
]

@description('Name of the function app.')
output name string = app.name

@description('Resource id of the function app, for alerts.')
output id string = app.id

@description('Host name of the function app.')
output hostName string = app.properties.defaultHostName
