"""The register of English local authorities with children's services."""
