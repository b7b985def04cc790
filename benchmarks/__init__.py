"""What the portal costs: pages measured under gunicorn, beside floors, on libraries of any size."""
