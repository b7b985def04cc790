"""What the portal costs and whether it holds, on libraries of any size: see README.md."""
