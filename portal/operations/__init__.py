"""What the people who run the portal need: the demonstration, closing for maintenance."""
