"""What the people who run the portal need: the worker, retention, administration, maintenance."""
