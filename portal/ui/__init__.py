"""What every page shares: templates, assets, filters, error pages, public information."""
