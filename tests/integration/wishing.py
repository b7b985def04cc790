"""An ordinary form of the portal, filled: what is missing from the library."""

WISH = {"source_of_harm": "online", "age_band": "", "referred_by": "", "response_tier": ""}
