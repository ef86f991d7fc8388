// Ways from the network to storage and Key Vault that do not lead over the internet, and the names that find them.

@description('Beginning of every resource name.')
param prefix string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the network.')
param networkId string

@description('Subnet of the endpoints.')
param subnetId string

@description('Name of the main storage account.')
param storageAccountName string

@description('Name of the account for transient recordings.')
param transientAccountName string

@description('Resource id of the key vault.')
param keyVaultId string

var suffix = environment().suffixes.storage
var zoneNames = [
  'privatelink.blob.${suffix}'
  'privatelink.queue.${suffix}'
  'privatelink.table.${suffix}'
  'privatelink.vaultcore.azure.net'
]
var mainId = resourceId('Microsoft.Storage/storageAccounts', storageAccountName)
var transientId = resourceId('Microsoft.Storage/storageAccounts', transientAccountName)
var endpoints = [
  {
    name: 'blob'
    service: 'blob'
    target: mainId
    zone: 0
  }
  {
    name: 'queue'
    service: 'queue'
    target: mainId
    zone: 1
  }
  {
    name: 'table'
    service: 'table'
    target: mainId
    zone: 2
  }
  {
    name: 'transient-blob'
    service: 'blob'
    target: transientId
    zone: 0
  }
  {
    name: 'vault'
    service: 'vault'
    target: keyVaultId
    zone: 3
  }
]

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in zoneNames: {
    name: zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, index) in zoneNames: {
    parent: zones[index]
    name: '${prefix}-link'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: networkId
      }
    }
  }
]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2024-05-01' = [
  for endpoint in endpoints: {
    name: '${prefix}-${endpoint.name}'
    location: location
    tags: tags
    properties: {
      privateLinkServiceConnections: [
        {
          name: endpoint.name
          properties: {
            groupIds: [
              endpoint.service
            ]
            privateLinkServiceId: endpoint.target
          }
        }
      ]
      subnet: {
        id: subnetId
      }
    }
  }
]

resource zoneGroups 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [
  for (endpoint, index) in endpoints: {
    parent: privateEndpoints[index]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: endpoint.service
          properties: {
            privateDnsZoneId: zones[endpoint.zone].id
          }
        }
      ]
    }
  }
]
