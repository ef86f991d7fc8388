// The bot as Teams knows it: Azure Bot with the Teams channel, calling enabled, and the webhook that takes new calls.
// Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/registering-calling-bot

@description('Beginning of every resource name.')
param prefix string

@description('Tags of every resource.')
param tags object

@description('Name that people see in Teams.')
@maxLength(42)
param displayName string

@description('Application (client) id of the bot in Entra.')
param botAppId string

@description('Tenant that the application lives in.')
param botTenantId string

@description('https root under which Graph reaches the app, without a trailing slash.')
param publicBaseUrl string

resource bot 'Microsoft.BotService/botServices@2022-09-15' = {
  name: '${prefix}-bot'
  location: 'global'
  tags: tags
  kind: 'azurebot'
  sku: {
    // Standard channels such as Teams cost nothing in either tier; F0 would do as well.
    name: 'S1'
  }
  properties: {
    disableLocalAuth: true
    displayName: displayName
    // Callwright has no chat. The property is required; nothing is served there.
    endpoint: '${publicBaseUrl}/api/messages'
    msaAppId: botAppId
    msaAppTenantId: botTenantId
    // Multi-tenant bots cannot be created any more since July 2025.
    msaAppType: 'SingleTenant'
  }
}

resource teams 'Microsoft.BotService/botServices/channels@2022-09-15' = {
  parent: bot
  name: 'MsTeamsChannel'
  location: 'global'
  properties: {
    channelName: 'MsTeamsChannel'
    properties: {
      acceptedTerms: true
      callingWebhook: '${publicBaseUrl}/api/callbacks'
      deploymentEnvironment: 'CommercialDeployment'
      enableCalling: true
      incomingCallRoute: 'graphPma'
      isEnabled: true
    }
  }
}

@description('Name of the bot.')
output name string = bot.name

@description('Name of its channel, once calling is enabled on it.')
output channelName string = teams.name
