// Two accounts. The main one holds the inbox, the records, the kept recordings and the deployed package, with soft
// delete. The transient one has no soft delete: what is deleted there is gone at once, which is the point of it.
// Nobody has a key to either: access is by identity only.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Part of names that must be unique in the world: 13 lower-case letters and digits.')
@minLength(13)
@maxLength(13)
param unique string

@description('Days after which a kept recording is deleted, whatever else failed to delete it.')
@minValue(1)
@maxValue(3650)
param recordingDays int

@description('Days in which a deleted recording of the main account can be restored.')
@minValue(1)
@maxValue(365)
param softDeleteDays int

@description('Whether the accounts answer on the internet. False where private endpoints lead to them.')
param publicAccess bool

@description('SKU of the main account. Zone-redundant: the inbox of live calls is in it.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
])
param redundancy string

var packagesContainer = 'packages'
// The app makes its own tables and containers; these are here because lifecycle rules and the deployment name them.
var containers = [
  packagesContainer
  'inbox'
  'recordings'
]
var networkRules = {
  bypass: 'AzureServices'
  defaultAction: publicAccess ? 'Allow' : 'Deny'
}
// Backstops: the app deletes by itself what it should no longer hold; a rule deletes what a fault left behind.
var lifecycleRules = [
  {
    name: 'kept-recordings'
    days: recordingDays
    prefix: 'recordings/'
  }
  {
    name: 'notifications'
    days: 30
    prefix: 'inbox/'
  }
]

resource main 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: 'cw${unique}m'
  location: location
  tags: tags
  sku: {
    name: redundancy
  }
  kind: 'StorageV2'
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    networkAcls: networkRules
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    supportsHttpsTrafficOnly: true
  }
}

resource mainBlobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: main
  name: 'default'
  properties: {
    containerDeleteRetentionPolicy: {
      days: softDeleteDays
      enabled: true
    }
    deleteRetentionPolicy: {
      days: softDeleteDays
      enabled: true
    }
  }
}

resource mainContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [
  for name in containers: {
    parent: mainBlobs
    name: name
    properties: {
      publicAccess: 'None'
    }
  }
]

resource mainLifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: main
  name: 'default'
  properties: {
    policy: {
      rules: [
        for rule in lifecycleRules: {
          name: rule.name
          type: 'Lifecycle'
          enabled: true
          definition: {
            actions: {
              baseBlob: {
                delete: {
                  daysAfterCreationGreaterThan: rule.days
                }
              }
            }
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: [
                rule.prefix
              ]
            }
          }
        }
      ]
    }
  }
}

resource transient 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: 'cw${unique}t'
  location: location
  tags: tags
  sku: {
    name: 'Standard_LRS'
  }
  kind: 'StorageV2'
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    networkAcls: networkRules
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    supportsHttpsTrafficOnly: true
  }
}

resource transientBlobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: transient
  name: 'default'
  properties: {
    containerDeleteRetentionPolicy: {
      enabled: false
    }
    deleteRetentionPolicy: {
      enabled: false
    }
  }
}

resource transientRecordings 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: transientBlobs
  name: 'transient'
  properties: {
    publicAccess: 'None'
  }
}

resource transientLifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: transient
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'everything-after-a-day'
          type: 'Lifecycle'
          enabled: true
          definition: {
            actions: {
              baseBlob: {
                delete: {
                  daysAfterCreationGreaterThan: 1
                }
              }
            }
            filters: {
              blobTypes: [
                'blockBlob'
              ]
            }
          }
        }
      ]
    }
  }
}

@description('Name of the main account: AzureWebJobsStorage__accountName.')
output accountName string = main.name

@description('Name of the account without soft delete.')
output transientAccountName string = transient.name

@description('Where the deployed package lies.')
output packagesUrl string = '${main.properties.primaryEndpoints.blob}${packagesContainer}'
