// Where logs and figures go, whom an alert tells, and what it is about. Telemetry is taken from identities only.

@description('Beginning of every resource name.')
param prefix string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('E-mail addresses that alerts are sent to; none: alerts show in the portal only.')
param alertEmails array

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logDays int

@description('Seconds within which 95 of 100 calls should be answered.')
@minValue(1)
@maxValue(15)
param answerWithinSeconds int

// `cloud_RoleName`-free on purpose: the workspace serves this deployment alone. Names of functions and words of log
// lines are the app's own; tests/bicep holds them to the code.
var answerLatency = 'AppRequests | where Name == "answer_call" | summarize p95 = percentile(DurationMs, 95) by bin(TimeGenerated, 5m) | where p95 > ${answerWithinSeconds * 1000}'
var failedCalls = 'AppRequests | where Name in ("receive_notifications", "receive_call_notifications") and toint(ResultCode) >= 500'
var orphans = 'AppTraces | where Message startswith "the orchestration of" and Message endswith "closing the call"'
// Of Graph's 429s only what reaches a log line or a traced dependency is seen. The app's client of Graph writes neither
// yet: it waits and tries again, and the record of the call has what came of it.
var throttled = 'AppDependencies | where Target has "graph.microsoft" and ResultCode == "429" | union (AppTraces | where Message has "it answered 429")'

// Nothing comes of it unless CANARY_TO is set.
var canary = 'AppTraces | where Message startswith "the canary call" and Message has "came to nothing"'

var alerts = [
  {
    name: 'answer-latency'
    title: 'Calls are answered late'
    query: answerLatency
    severity: 1
    threshold: 0
  }
  {
    name: 'failed-calls'
    title: 'Notifications of calls are not taken in'
    query: failedCalls
    severity: 1
    threshold: 0
  }
  {
    name: 'orphans'
    title: 'Calls have lost their orchestration'
    query: orphans
    severity: 2
    threshold: 0
  }
  {
    name: 'throttled'
    title: 'Microsoft Graph turns requests away (429)'
    query: throttled
    severity: 2
    threshold: 5
  }
  {
    name: 'canary'
    title: 'A test call reached nobody'
    query: canary
    severity: 1
    threshold: 0
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${prefix}-logs'
  location: location
  tags: tags
  properties: {
    features: {
      disableLocalAuth: true
    }
    retentionInDays: logDays
    sku: {
      name: 'PerGB2018'
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: '${prefix}-insights'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    WorkspaceResourceId: workspace.id
  }
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-people'
  location: 'global'
  tags: tags
  properties: {
    emailReceivers: [
      for address in alertEmails: {
        emailAddress: address
        name: uniqueString(address)
        useCommonAlertSchema: true
      }
    ]
    enabled: true
    groupShortName: 'callwright'
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in alerts: {
    name: '${prefix}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      actions: {
        actionGroups: [
          people.id
        ]
      }
      autoMitigate: true
      criteria: {
        allOf: [
          {
            operator: 'GreaterThan'
            query: alert.query
            threshold: alert.threshold
            timeAggregation: 'Count'
          }
        ]
      }
      description: alert.title
      displayName: alert.title
      enabled: true
      evaluationFrequency: 'PT5M'
      scopes: [
        workspace.id
      ]
      severity: alert.severity
      // The tables are there once the app has written to them for the first time.
      skipQueryValidation: true
      windowSize: 'PT15M'
    }
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'calls')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: 'Callwright: calls'
    serializedData: loadTextContent('../workbook.json')
    sourceId: workspace.id
  }
}

@description('Name of the Application Insights component.')
output insightsName string = insights.name

@description('Its connection string: an address, not a secret, as keys are switched off.')
output connectionString string = insights.properties.ConnectionString

@description('Id of the workspace, for `callwright logs`.')
output workspaceId string = workspace.properties.customerId

@description('Name of the workbook with the figures of calls.')
output workbookName string = workbook.name
