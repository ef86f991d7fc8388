// Durable Task Scheduler: the backend that Microsoft recommends. It pushes work, so that nothing polls while no call is
// on. Identity only; there are no keys.

@description('Beginning of every resource name.')
param prefix string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the task hub: `hubName` of host.json.')
param taskHubName string

@description('Addresses that may reach the scheduler, as CIDR ranges; whoever comes from there still needs a role.')
param allowedAddresses array

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: '${prefix}-scheduler'
  location: location
  tags: tags
  properties: {
    ipAllowlist: allowedAddresses
    sku: {
      name: 'Consumption'
    }
  }
}

resource taskHub 'Microsoft.DurableTask/schedulers/taskHubs@2025-11-01' = {
  parent: scheduler
  name: taskHubName
  properties: {}
}

@description('Name of the scheduler, for role assignments.')
output name string = scheduler.name

@description('Name of the task hub.')
output taskHubName string = taskHub.name

@description('Where the app reaches it.')
output endpoint string = scheduler.properties.endpoint
