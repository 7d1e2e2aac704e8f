# Copyright 2026 The Vọng Gác Authors
# SPDX-License-Identifier: Apache-2.0

# Installs Vọng Gác as a service of Windows. Run it as an administrator in the
# unpacked folder:
#     powershell -ExecutionPolicy Bypass -File install.ps1 [-Data "D:\Dữ liệu\Vọng Gác"]
param([string]$Data = "$env:ProgramData\vonggac")
$ErrorActionPreference = 'Stop'

$program = Join-Path $env:ProgramFiles 'vonggac'
New-Item -ItemType Directory -Force -Path $program | Out-Null
Copy-Item -Force -Path (Join-Path $PSScriptRoot 'vonggac.exe') -Destination $program

$exe = Join-Path $program 'vonggac.exe'
& $exe service install --data $Data
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
& $exe service start
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
Write-Output "The one-time link of the first start: $Data\start-link.txt"
