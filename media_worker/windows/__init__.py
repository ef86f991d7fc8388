"""What only Windows has: the service, the certificate store, Azure's events of the machine. Never run there yet."""
