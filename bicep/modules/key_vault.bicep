// Key Vault: the callback keys (a secret), the key that wraps the keys of sensitive calls, and the certificate of the
// media workers, which is imported, never made here. Roles only; no access policies.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Part of names that must be unique in the world: 13 lower-case letters and digits.')
@minLength(13)
@maxLength(13)
param unique string

@description('The callback keys, current,previous. Empty: the vault keeps those that it has.')
@secure()
param callbackKeys string

@description('Whether the vault answers on the internet. False where a private endpoint leads to it.')
param publicAccess bool

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: 'cw${unique}kv'
  location: location
  tags: tags
  properties: {
    enablePurgeProtection: true
    enableRbacAuthorization: true
    enableSoftDelete: true
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicAccess ? 'Allow' : 'Deny'
    }
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    sku: {
      family: 'A'
      name: 'standard'
    }
    softDeleteRetentionInDays: 90
    tenantId: tenant().tenantId
  }
}

resource callbackSecret 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(callbackKeys)) {
  parent: vault
  name: 'callback-keys'
  tags: tags
  properties: {
    attributes: {
      enabled: true
    }
    contentType: 'current,previous'
    value: callbackKeys
  }
}

resource keyEncryptionKey 'Microsoft.KeyVault/vaults/keys@2024-11-01' = {
  parent: vault
  name: 'key-encryption'
  tags: tags
  properties: {
    keyOps: [
      'wrapKey'
      'unwrapKey'
    ]
    keySize: 3072
    kty: 'RSA'
    rotationPolicy: {
      lifetimeActions: [
        {
          action: {
            type: 'rotate'
          }
          trigger: {
            timeAfterCreate: 'P1Y'
          }
        }
      ]
    }
  }
}

@description('Name of the vault.')
output name string = vault.name

@description('Resource id of the vault, for private endpoints.')
output id string = vault.id

@description('What CALLBACK_KEYS is set to: a reference, which the platform resolves with the app\'s identity.')
output callbackKeysReference string = '@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/callback-keys)'

@description('Address of the media workers\' certificate; the newest version is taken.')
output mediaCertificateUrl string = '${vault.properties.vaultUri}secrets/media'
