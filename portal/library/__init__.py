"""What is published: loading it, browsing, reading, searching, downloading."""
