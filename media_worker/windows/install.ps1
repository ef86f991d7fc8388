# Installs the media worker on Windows Server 2022 (full, not Core). Custom Script Extension runs it, with the package
# beside it; running it again changes what differs. IT HAS NEVER RUN: docs/how-to/windows-spike.md is the plan for that.
[CmdletBinding()]
param(
    [Parameter(Mandatory)][ValidatePattern('^[0-9A-Fa-f]{64}$')][string]$PackageSha256,
    [Parameter(Mandatory)][ValidatePattern('^https://')][string]$FunctionsUrl,
    [Parameter(Mandatory)][string]$IdentityClientId,
    [Parameter(Mandatory)][ValidatePattern('^\d+-\d+$')][string]$MediaPorts
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
$name = 'CallwrightMedia'
$root = Join-Path $env:ProgramFiles 'Callwright\Media'
$package = Join-Path $PSScriptRoot 'worker.zip'

# The package is what was asked for, or nothing is installed.
$actual = (Get-FileHash -Algorithm SHA256 -Path $package).Hash
if ($actual -ne $PackageSha256.ToUpperInvariant()) { throw "worker.zip has SHA-256 $actual, not $PackageSha256" }

# Media Foundation: without it the library does not load. It asks for a restart, after which the extension runs again.
$foundation = Get-WindowsFeature -Name Server-Media-Foundation
if (-not $foundation.Installed) {
    $done = Install-WindowsFeature -Name Server-Media-Foundation
    if ($done.RestartNeeded -ne 'No') { Restart-Computer -Force; exit 0 }
}

# The package holds python\ (embeddable, with wheels), library\ (dotnet publish -r win-x64, flat), dotnet\ (the runtime),
# vc_redist.x64.exe and settings.json (what is the same on every worker).
if (Get-Service -Name $name -ErrorAction SilentlyContinue) { Stop-Service -Name $name }
if (Test-Path $root) { Remove-Item -Recurse -Force $root }
Expand-Archive -Path $package -DestinationPath $root
$redistributable = Start-Process -Wait -PassThru (Join-Path $root 'vc_redist.x64.exe') '/install /quiet /norestart'
if ($redistributable.ExitCode -notin 0, 1638, 3010) { throw "vc_redist: $($redistributable.ExitCode)" }

# Which machine this is, and the load balancer's port that leads to 8445 here.
$metadata = 'http://169.254.169.254/metadata'
$compute = Invoke-RestMethod -Headers @{ Metadata = 'true' } -Uri "$metadata/instance/compute?api-version=2021-02-01"
$balancer = Invoke-RestMethod -Headers @{ Metadata = 'true' } -Uri "$metadata/loadbalancer?api-version=2020-10-01"
$rule = @($balancer.loadbalancer.inboundRules | Where-Object backendPort -EQ 8445)[0]
if ($null -eq $rule) { throw 'no inbound NAT rule leads to port 8445 of this machine' }

# The newest certificate of the Key Vault extension for the media host name.
$settings = Get-Content -Raw (Join-Path $root 'settings.json') | ConvertFrom-Json
$certificate = Get-ChildItem Cert:\LocalMachine\My |
    Where-Object { $_.DnsNameList.Unicode -contains $settings.MEDIA_SERVICE_FQDN -and $_.NotAfter -gt (Get-Date) } |
    Sort-Object NotAfter | Select-Object -Last 1
if ($null -eq $certificate) { throw "no certificate for $($settings.MEDIA_SERVICE_FQDN) in LocalMachine\My" }

$python = Join-Path $root 'python\python.exe'
& $python -m media_worker.windows.service --startup auto install
if ($LASTEXITCODE -ne 0) { throw "the service could not be installed: $LASTEXITCODE" }
$first, $last = $MediaPorts -split '-'
$environment = @(
    $settings.PSObject.Properties | ForEach-Object { "$($_.Name)=$($_.Value)" }
    "MEDIA_WORKER_ID=$($compute.vmScaleSetName)_$($compute.name)"
    "MEDIA_MACHINE=$($compute.name)"
    "MEDIA_FUNCTIONS_URL=$FunctionsUrl"
    "MEDIA_IDENTITY_CLIENT_ID=$IdentityClientId"
    "MEDIA_CERTIFICATE_THUMBPRINT=$($certificate.Thumbprint)"
    "MEDIA_PUBLIC_PORT=$($rule.frontendPort)"
    "MEDIA_FIRST_MEDIA_PORT=$first"
    "MEDIA_LAST_MEDIA_PORT=$last"
    "MEDIA_LIBRARY=$(Join-Path $root 'library')"
    "MEDIA_RUNTIME_CONFIG=$(Join-Path $root 'library\worker.runtimeconfig.json')"
    "DOTNET_ROOT=$(Join-Path $root 'dotnet')"
    'PYTHONNET_RUNTIME=coreclr'
)
New-ItemProperty -Path "HKLM:\SYSTEM\CurrentControlSet\Services\$name" -Name Environment -PropertyType MultiString `
    -Value $environment -Force | Out-Null
& sc.exe config $name obj= 'NT AUTHORITY\NetworkService' | Out-Null
& sc.exe failure $name reset= 86400 actions= restart/5000/restart/10000/restart/30000 | Out-Null
& sc.exe failureflag $name 1 | Out-Null

foreach ($rule in @(
        @{ Name = 'control'; Protocol = 'TCP'; Port = '8443' }
        @{ Name = 'media-control'; Protocol = 'TCP'; Port = '8445' }
        @{ Name = 'media'; Protocol = 'UDP'; Port = $MediaPorts })) {
    $title = "$name $($rule.Name)"
    Remove-NetFirewallRule -DisplayName $title -ErrorAction SilentlyContinue
    New-NetFirewallRule -DisplayName $title -Direction Inbound -Action Allow -Protocol $rule.Protocol `
        -LocalPort $rule.Port | Out-Null
}
Start-Service -Name $name

# It is installed when it says that it is healthy; the health extension asks the same.
$until = (Get-Date).AddMinutes(2)
do {
    Start-Sleep -Seconds 2
    try { $health = Invoke-RestMethod -Uri 'http://127.0.0.1:9080/health' } catch { $health = $null }
} until (($health -and $health.ApplicationHealthState -eq 'Healthy') -or (Get-Date) -gt $until)
if (-not $health) { throw 'the worker does not answer on http://127.0.0.1:9080/health' }
