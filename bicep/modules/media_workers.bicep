// Windows workers for application-hosted media. Each has a public address of its own for real-time media, and is reached
// for media control through the load balancer, on a port of its own (inbound NAT rule v2).
//
// A call lives and dies with its worker. So: no Spot; nothing scales in by a rule (the app drains a worker first and then
// deletes that one); upgrades skip a worker that says SkipUpgrade in its health answer, which it does while it has calls;
// a worker is told 15 minutes ahead that it will be deleted.
// Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/requirements-considerations-application-hosted-media-bots

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

@description('Resource id of the identity that the workers run as.')
param identityId string

@description('Client id of that identity.')
param identityClientId string

@description('Subnet of the workers.')
param subnetId string

@description('Address of the certificate in Key Vault, without a version.')
param certificateUrl string

@description('Addresses of the installer and what it installs, in a container that the identity may read.')
param installerUrls array

@description('SHA-256 of the worker package; the installer refuses another.')
param packageSha256 string

@description('https root of the function app: where workers report to.')
param publicBaseUrl string

@description('Size of a worker. Two physical cores at least: a D4 from v3 on.')
param size string

@description('Workers to begin with.')
@minValue(1)
@maxValue(50)
param instances int

@description('Workers at most.')
@minValue(1)
@maxValue(50)
param maximumInstances int

@description('Availability zones; none in regions without.')
param zones array

@description('Password of the local administrator. Nobody needs it: there is no way in.')
@secure()
param adminPassword string

@description('First UDP port of real-time media.')
param mediaPortFirst int

@description('Last UDP port of real-time media.')
param mediaPortLast int

var balancerName = '${prefix}-media-balancer'
var frontendName = 'media'
var poolName = 'workers'
var installWords = [
  'powershell.exe -NoProfile -ExecutionPolicy AllSigned -File install.ps1'
  '-PackageSha256 ${packageSha256}'
  '-FunctionsUrl ${publicBaseUrl}'
  '-IdentityClientId ${identityClientId}'
  '-MediaPorts ${mediaPortFirst}-${mediaPortLast}'
]

resource frontAddress 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: '${prefix}-media-address'
  location: location
  tags: tags
  zones: zones
  sku: {
    name: 'Standard'
  }
  properties: {
    dnsSettings: {
      domainNameLabel: 'cw${unique}m'
    }
    publicIPAllocationMethod: 'Static'
  }
}

resource balancer 'Microsoft.Network/loadBalancers@2024-05-01' = {
  name: balancerName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    backendAddressPools: [
      {
        name: poolName
      }
    ]
    frontendIPConfigurations: [
      {
        name: frontendName
        properties: {
          publicIPAddress: {
            id: frontAddress.id
          }
        }
      }
    ]
  }
}

resource mediaControl 'Microsoft.Network/loadBalancers/inboundNatRules@2024-05-01' = {
  parent: balancer
  name: 'media-control'
  properties: {
    backendAddressPool: {
      id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', balancerName, poolName)
    }
    backendPort: 8445
    frontendIPConfiguration: {
      id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', balancerName, frontendName)
    }
    frontendPortRangeEnd: 10499
    frontendPortRangeStart: 10000
    protocol: 'Tcp'
  }
}

resource workers 'Microsoft.Compute/virtualMachineScaleSets@2024-11-01' = {
  name: '${prefix}-workers'
  location: location
  tags: tags
  zones: zones
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  sku: {
    capacity: instances
    name: size
    tier: 'Standard'
  }
  properties: {
    automaticRepairsPolicy: {
      enabled: true
      gracePeriod: 'PT30M'
      repairAction: 'Replace'
    }
    orchestrationMode: 'Uniform'
    overprovision: false
    singlePlacementGroup: true
    upgradePolicy: {
      mode: 'Rolling'
      rollingUpgradePolicy: {
        maxBatchInstancePercent: 20
        maxUnhealthyInstancePercent: 40
        maxUnhealthyUpgradedInstancePercent: 20
        pauseTimeBetweenBatches: 'PT5M'
        prioritizeUnhealthyInstances: true
      }
    }
    virtualMachineProfile: {
      extensionProfile: {
        extensions: [
          {
            name: 'certificate'
            properties: {
              autoUpgradeMinorVersion: true
              publisher: 'Microsoft.Azure.KeyVault'
              settings: {
                authenticationSettings: {
                  msiClientId: identityClientId
                  msiEndpoint: 'http://169.254.169.254/metadata/identity/oauth2/token'
                }
                secretsManagementSettings: {
                  linkOnRenewal: true
                  observedCertificates: [
                    {
                      accounts: [
                        'Network Service'
                      ]
                      certificateStoreLocation: 'LocalMachine'
                      certificateStoreName: 'MY'
                      keyExportable: false
                      url: certificateUrl
                    }
                  ]
                  pollingIntervalInS: '3600'
                  requireInitialSync: true
                }
              }
              type: 'KeyVaultForWindows'
              typeHandlerVersion: '3.0'
            }
          }
          {
            name: 'install'
            properties: {
              autoUpgradeMinorVersion: true
              forceUpdateTag: packageSha256
              protectedSettings: {
                commandToExecute: join(installWords, ' ')
                fileUris: installerUrls
                managedIdentity: {
                  clientId: identityClientId
                }
              }
              provisionAfterExtensions: [
                'certificate'
              ]
              publisher: 'Microsoft.Compute'
              type: 'CustomScriptExtension'
              typeHandlerVersion: '1.10'
            }
          }
          {
            // Rich health: the worker's own word (`ApplicationHealthState`), and `SkipUpgrade` while it has calls.
            name: 'health'
            properties: {
              autoUpgradeMinorVersion: true
              provisionAfterExtensions: [
                'install'
              ]
              publisher: 'Microsoft.ManagedServices'
              settings: {
                gracePeriod: 900
                intervalInSeconds: 5
                numberOfProbes: 3
                port: 9080
                protocol: 'http'
                requestPath: '/health'
              }
              type: 'ApplicationHealthWindows'
              typeHandlerVersion: '2.0'
            }
          }
        ]
      }
      networkProfile: {
        networkInterfaceConfigurations: [
          {
            name: 'media'
            properties: {
              enableAcceleratedNetworking: true
              ipConfigurations: [
                {
                  name: 'media'
                  properties: {
                    loadBalancerBackendAddressPools: [
                      {
                        id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', balancerName, poolName)
                      }
                    ]
                    primary: true
                    publicIPAddressConfiguration: {
                      name: 'own'
                      properties: {
                        dnsSettings: {
                          domainNameLabel: 'cw${unique}w'
                        }
                      }
                      sku: {
                        name: 'Standard'
                        tier: 'Regional'
                      }
                    }
                    subnet: {
                      id: subnetId
                    }
                  }
                }
              ]
              primary: true
            }
          }
        ]
      }
      osProfile: {
        adminPassword: adminPassword
        adminUsername: 'callwright'
        computerNamePrefix: 'media'
        windowsConfiguration: {
          enableAutomaticUpdates: false
          provisionVMAgent: true
        }
      }
      priority: 'Regular'
      scheduledEventsProfile: {
        terminateNotificationProfile: {
          enable: true
          notBeforeTimeout: 'PT15M'
        }
      }
      securityProfile: {
        encryptionAtHost: true
        securityType: 'TrustedLaunch'
        uefiSettings: {
          secureBootEnabled: true
          vTpmEnabled: true
        }
      }
      storageProfile: {
        imageReference: {
          offer: 'WindowsServer'
          publisher: 'MicrosoftWindowsServer'
          sku: '2022-datacenter-azure-edition'
          version: 'latest'
        }
        osDisk: {
          createOption: 'FromImage'
          managedDisk: {
            storageAccountType: 'Premium_LRS'
          }
        }
      }
    }
  }
  dependsOn: [
    mediaControl
  ]
}

// A safety net that only adds. Taking a worker away is the app's decision, once its calls are over.
resource growth 'Microsoft.Insights/autoscaleSettings@2022-10-01' = {
  name: '${prefix}-workers-growth'
  location: location
  tags: tags
  properties: {
    enabled: true
    profiles: [
      {
        capacity: {
          default: string(instances)
          maximum: string(maximumInstances)
          minimum: string(instances)
        }
        name: 'growth'
        rules: [
          {
            metricTrigger: {
              metricName: 'Percentage CPU'
              metricResourceUri: workers.id
              operator: 'GreaterThan'
              statistic: 'Average'
              threshold: 65
              timeAggregation: 'Average'
              timeGrain: 'PT1M'
              timeWindow: 'PT5M'
            }
            scaleAction: {
              cooldown: 'PT5M'
              direction: 'Increase'
              type: 'ChangeCount'
              value: '1'
            }
          }
        ]
      }
    ]
    targetResourceUri: workers.id
  }
}

@description('Name of the scale set.')
output scaleSetName string = workers.name

@description('Host name of media control; the certificate must be good for what your DNS makes of it.')
output mediaHostName string = frontAddress.properties.dnsSettings.fqdn
