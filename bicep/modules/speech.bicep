// Azure AI Speech, for prompts that are spoken at deployment. Optional; identity only.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Part of names that must be unique in the world: 13 lower-case letters and digits.')
@minLength(13)
@maxLength(13)
param unique string

resource speech 'Microsoft.CognitiveServices/accounts@2024-10-01' = {
  name: 'cw${unique}sp'
  location: location
  tags: tags
  kind: 'SpeechServices'
  sku: {
    name: 'S0'
  }
  properties: {
    // Tokens of Entra are accepted on an address of its own only.
    customSubDomainName: 'cw${unique}sp'
    disableLocalAuth: true
    publicNetworkAccess: 'Enabled'
  }
}

@description('Name of the account, for role assignments.')
output name string = speech.name

@description('Where it is reached.')
output endpoint string = speech.properties.endpoint
