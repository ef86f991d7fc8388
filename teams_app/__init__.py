"""The Teams app: manifest, icons, and the package that is uploaded to Teams."""
