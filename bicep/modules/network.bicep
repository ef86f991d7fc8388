// A network of its own, where storage and Key Vault are not to answer on the internet or media workers are to run. The
// webhook stays public: Microsoft Graph comes from the internet.

@description('Beginning of every resource name.')
param prefix string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Range of the network.')
param addressSpace string

@description('Range of the subnet through which the app reaches private endpoints and workers.')
param functionsRange string

@description('Range of the subnet of private endpoints.')
param endpointsRange string

@description('Range of the subnet of media workers.')
param workersRange string

@description('Ranges of the Teams media service. Microsoft publishes and changes them: compare before you deploy.')
param teamsRanges array

@description('First UDP port of real-time media.')
param mediaPortFirst int

@description('Last UDP port of real-time media.')
param mediaPortLast int

resource workersRules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: '${prefix}-workers-rules'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'media-control'
        properties: {
          access: 'Allow'
          description: 'Media control (TCP): the Teams media service connects to each worker.'
          destinationAddressPrefix: '*'
          destinationPortRange: '8445'
          direction: 'Inbound'
          priority: 100
          protocol: 'Tcp'
          sourceAddressPrefixes: teamsRanges
          sourcePortRange: '*'
        }
      }
      {
        name: 'media'
        properties: {
          access: 'Allow'
          description: 'Real-time media (UDP).'
          destinationAddressPrefix: '*'
          destinationPortRange: '${mediaPortFirst}-${mediaPortLast}'
          direction: 'Inbound'
          priority: 110
          protocol: 'Udp'
          sourceAddressPrefixes: teamsRanges
          sourcePortRange: '*'
        }
      }
      {
        name: 'worker-control'
        properties: {
          access: 'Allow'
          description: 'The function app tells workers what to do, from within the network only.'
          destinationAddressPrefix: '*'
          destinationPortRange: '8443'
          direction: 'Inbound'
          priority: 120
          protocol: 'Tcp'
          sourceAddressPrefix: functionsRange
          sourcePortRange: '*'
        }
      }
      {
        name: 'nothing-else'
        properties: {
          access: 'Deny'
          description: 'No remote desktop, no shell.'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
          direction: 'Inbound'
          priority: 4000
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
        }
      }
    ]
  }
}

resource innerRules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: '${prefix}-inner-rules'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'nothing-from-outside'
        properties: {
          access: 'Deny'
          description: 'Private endpoints and the app\'s way out: nobody enters here from the internet.'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
          direction: 'Inbound'
          priority: 4000
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: '${prefix}-network'
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressSpace
      ]
    }
    subnets: [
      {
        name: 'functions'
        properties: {
          addressPrefix: functionsRange
          delegations: [
            {
              name: 'flex-consumption'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
          networkSecurityGroup: {
            id: innerRules.id
          }
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointsRange
          networkSecurityGroup: {
            id: innerRules.id
          }
          privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled'
        }
      }
      {
        name: 'workers'
        properties: {
          addressPrefix: workersRange
          networkSecurityGroup: {
            id: workersRules.id
          }
        }
      }
    ]
  }
}

@description('Resource id of the network.')
output id string = network.id

@description('Subnet that the app reaches private endpoints through.')
output functionsSubnetId string = '${network.id}/subnets/functions'

@description('Subnet of the private endpoints.')
output endpointsSubnetId string = '${network.id}/subnets/endpoints'

@description('Subnet of the media workers.')
output workersSubnetId string = '${network.id}/subnets/workers'
