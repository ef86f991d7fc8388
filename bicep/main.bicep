// Everything that Callwright needs in one resource group. `callwright deploy` calls it; so can you:
// docs/how-to/deploy.md has the az commands.
targetScope = 'resourceGroup'

@description('Name of this deployment; resource names begin with it. Lower-case letters, digits, hyphens.')
@minLength(3)
@maxLength(20)
param name string

@description('Azure region. Flex Consumption and Durable Task Scheduler must be offered there.')
param location string = resourceGroup().location

@description('Application (client) id of the bot in Entra; `callwright deploy` registers it.')
@minLength(36)
@maxLength(36)
param botAppId string

@description('Tenant that the application lives in.')
param botTenantId string = tenant().tenantId

@description('Name that people see in Teams.')
@maxLength(42)
param botDisplayName string = 'Callwright'

@description('Callback keys, current,previous, 32 random characters each at least. Empty: the vault keeps those it has.')
@secure()
param callbackKeys string = ''

@description('What keeps the state of orchestrations: Durable Task Scheduler, or tables and queues of Azure Storage.')
@allowed([
  'azureManaged'
  'azureStorage'
])
param durableBackend string = 'azureManaged'

@description('Addresses that may reach the scheduler, as CIDR ranges. Flex Consumption has no fixed ones without a network.')
param schedulerAllowedAddresses array = [
  '0.0.0.0/0'
]

@description('Tenants that may call, comma separated; * for any.')
param callingTenants string = botTenantId

@description('How telephone numbers begin that the bot may dial, comma separated, such as +44,+1202; empty: none.')
param dialAllow string = ''

@description('Folder of the flow documents and routes.yaml within the package.')
param flows string = 'flows/definitions'

@description('Further settings of the app, by name, as docs/reference/settings.md has them. No secrets.')
param moreSettings object = {}

@description('Instances kept ready for HTTP: what answers calls.')
param alwaysReadyHttp int = 1

@description('Instances kept ready for Durable: what carries calls on.')
param alwaysReadyDurable int = 1

@description('HTTP requests that one instance works on at a time.')
param httpConcurrency int = 16

@description('Memory of one instance, in MB: 512, 2048 or 4096.')
param instanceMemoryMB int = 2048

@description('Instances at most.')
param maximumInstances int = 40

@description('Days after which a kept recording is deleted, whatever else failed to delete it.')
param recordingDays int = 365

@description('Days in which a deleted kept recording can be restored.')
param softDeleteDays int = 7

@description('SKU of the main storage account; LRS in regions without zones.')
param storageRedundancy string = 'Standard_ZRS'

@description('E-mail addresses that alerts are sent to.')
param alertEmails array = []

@description('Days that logs are kept.')
param logDays int = 30

@description('Seconds within which 95 of 100 calls should be answered.')
param answerWithinSeconds int = 5

@description('A network, with private endpoints to storage and Key Vault, which then do not answer on the internet.')
param privateNetwork bool = false

@description('A network of its own; private endpoints and media workers need one.')
param ownNetwork bool = privateNetwork || mediaWorkers

@description('Range of the network.')
param addressSpace string = '10.40.0.0/22'

@description('Range of the subnet through which the app reaches private endpoints and workers.')
param functionsRange string = '10.40.0.0/24'

@description('Range of the subnet of private endpoints.')
param endpointsRange string = '10.40.1.0/24'

@description('Range of the subnet of media workers.')
param workersRange string = '10.40.2.0/24'

@description('Azure AI Speech for spoken prompts.')
param speech bool = false

@description('Windows workers for application-hosted media. They need a network, which is then made too.')
param mediaWorkers bool = false

@description('Size of a media worker.')
param mediaWorkerSize string = 'Standard_D4s_v5'

@description('Media workers to begin with.')
param mediaWorkerInstances int = 2

@description('Media workers at most.')
param mediaWorkerMaximum int = 10

@description('Availability zones of the media workers; empty in regions without.')
param mediaWorkerZones array = [
  '1'
  '2'
  '3'
]

@description('Password of the local administrator of media workers. Nobody needs it: there is no way in.')
@secure()
param mediaWorkerPassword string = 'Aa1!${newGuid()}'

@description('Addresses of the workers\' installer and package, which the identity must be able to read.')
param mediaInstallerUrls array = []

@description('SHA-256 of the workers\' package.')
param mediaPackageSha256 string = ''

@description('Ranges of the Teams media service. Microsoft publishes and changes them: compare before you deploy.')
param teamsRanges array = [
  '52.112.0.0/14'
  '52.122.0.0/15'
]

@description('First UDP port of real-time media.')
param mediaPortFirst int = 50000

@description('Last UDP port of real-time media.')
param mediaPortLast int = 50999

var unique = uniqueString(subscription().id, resourceGroup().id, name)
var tags = {
  application: 'callwright'
  deployment: name
}
// `hubName` of host.json.
var taskHubName = 'Callwright'
var managed = durableBackend == 'azureManaged'

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    prefix: name
    who: 'app'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    prefix: name
    location: location
    tags: tags
    alertEmails: alertEmails
    logDays: logDays
    answerWithinSeconds: answerWithinSeconds
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    location: location
    tags: tags
    unique: unique
    recordingDays: recordingDays
    softDeleteDays: softDeleteDays
    publicAccess: !privateNetwork
    redundancy: storageRedundancy
  }
}

module keyVault 'modules/key_vault.bicep' = {
  name: 'keyVault'
  params: {
    location: location
    tags: tags
    unique: unique
    callbackKeys: callbackKeys
    publicAccess: !privateNetwork
  }
}

module scheduler 'modules/scheduler.bicep' = if (managed) {
  name: 'scheduler'
  params: {
    prefix: name
    location: location
    tags: tags
    taskHubName: taskHubName
    allowedAddresses: schedulerAllowedAddresses
  }
}

module speechAccount 'modules/speech.bicep' = if (speech) {
  name: 'speech'
  params: {
    location: location
    tags: tags
    unique: unique
  }
}

module network 'modules/network.bicep' = if (ownNetwork) {
  name: 'network'
  params: {
    prefix: name
    location: location
    tags: tags
    addressSpace: addressSpace
    functionsRange: functionsRange
    endpointsRange: endpointsRange
    workersRange: workersRange
    teamsRanges: teamsRanges
    mediaPortFirst: mediaPortFirst
    mediaPortLast: mediaPortLast
  }
}

module privateEndpoints 'modules/private_endpoints.bicep' = if (privateNetwork) {
  name: 'privateEndpoints'
  params: {
    prefix: name
    location: location
    tags: tags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointsSubnetId
    storageAccountName: storage.outputs.accountName
    transientAccountName: storage.outputs.transientAccountName
    keyVaultId: keyVault.outputs.id
  }
}

module rbac 'modules/rbac.bicep' = {
  name: 'rbac'
  params: {
    principalId: identity.outputs.principalId
    storageAccountName: storage.outputs.accountName
    transientAccountName: storage.outputs.transientAccountName
    keyVaultName: keyVault.outputs.name
    insightsName: monitoring.outputs.insightsName
    schedulerName: managed ? scheduler!.outputs.name : ''
    speechName: speech ? speechAccount!.outputs.name : ''
  }
}

module functionApp 'modules/function_app.bicep' = {
  name: 'functionApp'
  params: {
    prefix: name
    location: location
    tags: tags
    unique: unique
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageAccountName: storage.outputs.accountName
    transientAccountName: storage.outputs.transientAccountName
    packagesUrl: storage.outputs.packagesUrl
    insightsConnectionString: monitoring.outputs.connectionString
    schedulerEndpoint: managed ? scheduler!.outputs.endpoint : ''
    taskHubName: taskHubName
    callbackKeysReference: keyVault.outputs.callbackKeysReference
    botAppId: botAppId
    botTenantId: botTenantId
    callingTenants: callingTenants
    dialAllow: dialAllow
    flows: flows
    moreSettings: moreSettings
    alwaysReadyHttp: alwaysReadyHttp
    alwaysReadyDurable: alwaysReadyDurable
    httpConcurrency: httpConcurrency
    instanceMemoryMB: instanceMemoryMB
    maximumInstances: maximumInstances
    subnetId: ownNetwork ? network!.outputs.functionsSubnetId : ''
  }
  // The app reads its package, its keys and its backend with these roles as soon as it starts.
  dependsOn: [
    rbac
  ]
}

module bot 'modules/bot.bicep' = {
  name: 'bot'
  params: {
    prefix: name
    tags: tags
    displayName: botDisplayName
    botAppId: botAppId
    botTenantId: botTenantId
    publicBaseUrl: 'https://${functionApp.outputs.hostName}'
  }
}

module workersIdentity 'modules/identity.bicep' = if (mediaWorkers) {
  name: 'workersIdentity'
  params: {
    prefix: name
    who: 'workers'
    location: location
    tags: tags
  }
}

module workersRbac 'modules/rbac_workers.bicep' = if (mediaWorkers) {
  name: 'workersRbac'
  params: {
    principalId: workersIdentity!.outputs.principalId
    storageAccountName: storage.outputs.accountName
    transientAccountName: storage.outputs.transientAccountName
    keyVaultName: keyVault.outputs.name
    insightsName: monitoring.outputs.insightsName
  }
}

module media 'modules/media_workers.bicep' = if (mediaWorkers) {
  name: 'media'
  params: {
    prefix: name
    location: location
    tags: tags
    unique: unique
    identityId: workersIdentity!.outputs.id
    identityClientId: workersIdentity!.outputs.clientId
    subnetId: network!.outputs.workersSubnetId
    certificateUrl: keyVault.outputs.mediaCertificateUrl
    installerUrls: mediaInstallerUrls
    packageSha256: mediaPackageSha256
    publicBaseUrl: 'https://${functionApp.outputs.hostName}'
    size: mediaWorkerSize
    instances: mediaWorkerInstances
    maximumInstances: mediaWorkerMaximum
    zones: mediaWorkerZones
    adminPassword: mediaWorkerPassword
    mediaPortFirst: mediaPortFirst
    mediaPortLast: mediaPortLast
  }
  dependsOn: [
    workersRbac
  ]
}

@description('Id of the subscription.')
output subscriptionId string = subscription().subscriptionId

@description('Name of the function app, which the package is deployed to.')
output functionAppName string = functionApp.outputs.name

@description('Host name of the function app.')
output functionAppHostName string = functionApp.outputs.hostName

@description('Object id of the app\'s identity: the subject of the federated credential.')
output identityPrincipalId string = identity.outputs.principalId

@description('Name of the key vault.')
output keyVaultName string = keyVault.outputs.name

@description('Name of the bot.')
output botName string = bot.outputs.name

@description('Name of the main storage account.')
output storageAccountName string = storage.outputs.accountName

@description('Name of the account without soft delete.')
output transientAccountName string = storage.outputs.transientAccountName

@description('Name of the scheduler; empty where Azure Storage is the backend.')
output schedulerName string = managed ? scheduler!.outputs.name : ''

@description('Id of the workspace that logs go to.')
output workspaceId string = monitoring.outputs.workspaceId

@description('Address of the speech account; empty without one.')
output speechEndpoint string = speech ? speechAccount!.outputs.endpoint : ''

@description('Object id of the workers\' identity, which the app role Media.Events is given to; empty without them.')
output workersPrincipalId string = mediaWorkers ? workersIdentity!.outputs.principalId : ''

@description('Name of the scale set of media workers; empty without them.')
output scaleSetName string = mediaWorkers ? media!.outputs.scaleSetName : ''

@description('Host name of media control; empty without media workers.')
output mediaHostName string = mediaWorkers ? media!.outputs.mediaHostName : ''
